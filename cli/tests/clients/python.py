"""Sends calls with the published client for Python; says what the client reports as failed.

Takes one argument, JSON: `host`, `key`, `gzip`, and `calls`, each a list of a method and its arguments by name.
"""

import json
import re
import signal
import sys
from datetime import datetime

from segment.analytics.client import Client

signal.alarm(90)
asked = json.loads(sys.argv[1])
failed = []


def note(error, items):
    failed.append({"status": getattr(error, "status", None), "calls": len(items)})


client = Client(asked["key"], host=asked["host"], gzip=asked["gzip"], on_error=note, max_retries=4, upload_interval=0.1)
for method, arguments in asked["calls"]:
    named = {re.sub("[A-Z]", lambda capital: "_" + capital[0].lower(), name): value for name, value in arguments.items()}
    if "timestamp" in named:
        named["timestamp"] = datetime.fromisoformat(named["timestamp"].replace("Z", "+00:00"))
    getattr(client, method)(**named)
client.flush()
client.shutdown()
print(json.dumps(failed))
