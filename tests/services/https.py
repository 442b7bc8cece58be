"""An HTTPS server with a certificate of its own authority. Prints {"port", "authority"}; ends with its standard input."""

import base64
import http.server
import json
import os
import ssl
import sys
import threading

import trustme

SECONDS_MAX = 600


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        answer = b'{"id":"over-tls"}'
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


authority = trustme.CA()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
authority.issue_cert("localhost").configure_cert(context)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
threading.Timer(SECONDS_MAX, os._exit, [0]).start()
der = ssl.PEM_cert_to_DER_cert(authority.cert_pem.bytes().decode())
print(json.dumps({"port": server.server_port, "authority": base64.b64encode(der).decode()}), flush=True)
sys.stdin.read()
os._exit(0)
