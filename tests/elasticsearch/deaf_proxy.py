"""What stands between worker and server and loses answers, as a line that breaks does."""

import http.client
import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class DeafProxy(ThreadingHTTPServer):
    """Passes each request on; the first `lost` bulk answers never come back. Counts answers and items by status."""

    def __init__(self, port, lost):
        self.target, self.lost = port, lost
        self.answers, self.items = Counter(), Counter()
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    """One request per connection: a client may repeat by itself what got no answer on a connection it had before."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, content = self.pass_on(body)
        self.server.answers[status] += 1
        if status == 200:
            self.server.items.update(item["create"]["status"] for item in json.loads(content)["items"])
            if self.server.lost > 0:
                self.server.lost -= 1
                return
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def pass_on(self, body):
        upstream = http.client.HTTPConnection("127.0.0.1", self.server.target)
        try:
            upstream.request("POST", self.path, body, {"Content-Type": self.headers["Content-Type"]})
        except ConnectionError:
            pass  # a server that refuses a body for its size may do so before it has read it
        answer = upstream.getresponse()
        return answer.status, answer.read()

    def log_message(self, *_):
        pass
