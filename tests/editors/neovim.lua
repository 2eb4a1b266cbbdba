-- Drives Neovim's built-in client, for the step `neovim` of run.py. Only what Neovim 0.7 has; the folder is in $WORK, the server in $CFNVET.
local work = vim.env.WORK

local function say(text) io.stdout:write(text, '\n') end

local function must(what, holds)
  if not holds then
    say('FAILED: ' .. what)
    vim.cmd('cquit 1')
  end
  say('ok: ' .. what)
end

local function waited(what, holds) must(what, vim.wait(8000, holds, 10)) end

local function open(name)
  vim.cmd('edit ' .. vim.fn.fnameescape(work .. '/' .. name))
  local buffer = vim.api.nvim_get_current_buf()
  vim.lsp.buf_attach_client(buffer, CLIENT)
  return buffer
end

CLIENT = vim.lsp.start_client({
  name = 'cfnvet',
  cmd = { vim.env.CFNVET, 'lsp' },
  root_dir = work,
  workspace_folders = { { uri = vim.uri_from_fname(work), name = 'work' } },
})

local function ask(buffer, method, params)
  local answer, problem = vim.lsp.buf_request_sync(buffer, method, params, 8000)
  local own = answer and answer[CLIENT]
  must(method .. ' is answered ' .. tostring(problem or own and own.err and own.err.message or ''), own and not own.err)
  return own.result
end

local function text(buffer) return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), '\n') end

local function line_of(buffer, part)
  for number, line in ipairs(vim.api.nvim_buf_get_lines(buffer, 0, -1, false)) do
    local column = line:find(part, 1, true)
    if column then return number, column - 1, line end
  end
  must('the text has ' .. part, false)
end

-- The findings of ECS101; the fixture has another that nobody changes here.
local function found(buffer)
  local all = vim.tbl_filter(function(each) return vim.inspect(each):find('ECS101', 1, true) end, vim.diagnostic.get(buffer))
  return #all, all[1]
end

-- Diagnostics, and how they follow the text.
local buffer = open('service.yaml')
vim.wait(8000, function() return vim.lsp.buf_get_clients(buffer)[CLIENT] ~= nil end, 10)
waited('a finding is shown', function() return found(buffer) == 1 end)
local _, finding = found(buffer)
must('it is ECS101', finding.code == 'ECS101' or vim.inspect(finding):find('ECS101') ~= nil)
local number, _, line = line_of(buffer, 'EnableExecuteCommand: true')
vim.api.nvim_win_set_cursor(0, { number, 0 })
vim.cmd('normal! $ciwfalse')
must('the text was typed', text(buffer):find('EnableExecuteCommand: false', 1, true))
waited('the finding goes as its cause goes', function() return found(buffer) == 0 end)
vim.cmd('undo')
waited('and comes back with it', function() return found(buffer) == 1 end)

-- A quick fix.
_, finding = found(buffer)
local range = {
  start = { line = finding.lnum, character = finding.col },
  ['end'] = { line = finding.end_lnum, character = finding.end_col },
}
local actions = ask(buffer, 'textDocument/codeAction', {
  textDocument = vim.lsp.util.make_text_document_params(buffer),
  range = range,
  context = { diagnostics = {}, only = { 'quickfix' } },
})
local fix
for _, action in ipairs(actions) do
  if not fix and not action.title:find('^Ignore') then fix = action end
end
must('a fix is offered', fix)
vim.lsp.util.apply_workspace_edit(fix.edit, 'utf-16')
waited('the fix "' .. fix.title .. '" ends the finding', function() return found(buffer) == 0 end)

-- A rename, through the function that users have on a key.
number, column = line_of(buffer, 'HostCapacity:')
vim.api.nvim_win_set_cursor(0, { number, column })
vim.lsp.buf.rename('Renamed')
waited('every use has the new name', function()
  local now = text(buffer)
  return now:find('Renamed:', 1, true) and not now:find('HostCapacity', 1, true)
end)

-- A jump into another file.
local parent = open('parent.yaml')
number, column = line_of(parent, 'Child.Outputs.Name')
vim.api.nvim_win_set_cursor(0, { number, column + #'Child.Outputs.' })
vim.lsp.buf.definition()
waited('the definition is in the nested template', function() return vim.api.nvim_buf_get_name(0):find('child.yaml', 1, true) end)
must('at the output', vim.api.nvim_get_current_line():find('Name:', 1, true))

vim.lsp.get_client_by_id(CLIENT).stop()
waited('the server ends when it is told to', function() return vim.lsp.client_is_stopped(CLIENT) end)
say('done')
vim.cmd('qall!')
