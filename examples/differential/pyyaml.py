"""Reads texts as JSON strings, one a line, and prints what PyYAML's C parser makes of each as JSON, one a line."""
import json
import sys

import yaml

STYLES = {None: "plain", "": "plain", "'": "single", '"': "double", "|": "literal", ">": "folded"}


def read(text):
    items, documents = [], 0
    try:
        for event in yaml.parse(text.encode(), Loader=yaml.CLoader):
            place = [event.start_mark.index, event.end_mark.index] if event.start_mark else [0, 0]
            tag = getattr(event, "tag", None) or ""
            item = None
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
            elif isinstance(event, yaml.AliasEvent):
                item = ["alias", *place, "", "", "plain"]
            elif isinstance(event, yaml.ScalarEvent):
                item = ["scalar", *place, tag, event.value, STYLES[event.style]]
            elif isinstance(event, yaml.SequenceStartEvent):
                item = ["sequence", *place, tag, "", "flow" if event.flow_style else "block"]
            elif isinstance(event, yaml.MappingStartEvent):
                item = ["mapping", *place, tag, "", "flow" if event.flow_style else "block"]
            elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
                item = ["end", *place, "", "", "plain"]
            if item and documents == 1:
                items.append(item)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        return {"error": str(getattr(error, "problem", None) or error), "offset": mark.index if mark else 0}
    return {"items": items, "documents": documents}


for line in sys.stdin:
    print(json.dumps(read(json.loads(line))), flush=True)
