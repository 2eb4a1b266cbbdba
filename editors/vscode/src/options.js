// What the server is told, and which documents it is asked about.
'use strict';

/** Languages, not paths: the server itself tells a template from other YAML and JSON, by what is in it. */
const LANGUAGES = ['yaml', 'json', 'cloudformation', 'cloudformation-json'];

const DOCUMENTS = LANGUAGES.flatMap((language) => [
  { scheme: 'file', language },
  { scheme: 'untitled', language },
]);

const FIX_ALL = 'source.fixAll.cfnvet';

/** The server's settings out of `get`, which gives a setting of `cfnvet` by its name. What is empty is left out. */
function settings(get) {
  const config = get('config');
  return { run: get('run') || 'onType', ...(config ? { config } : {}) };
}

module.exports = { DOCUMENTS, FIX_ALL, LANGUAGES, settings };
