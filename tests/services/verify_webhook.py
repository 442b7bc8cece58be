"""Verifies requests with the published library of Standard Webhooks.

Reads lines {"secret", "headers", "body"} and answers each with `ok` or with what is wrong.
"""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

for line in sys.stdin:
    request = json.loads(line)
    try:
        Webhook(request["secret"]).verify(request["body"], request["headers"])
        print("ok", flush=True)
    except WebhookVerificationError as error:
        print(f"refused: {error}", flush=True)
