"""Elasticsearch as a test asks it: by plain HTTP, with no client, through no proxy."""

import base64
import json
import urllib.request

INDICES = "genops-ai-default-*"
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Cluster:
    def __init__(self, url, user=None, password=None):
        self.url = url
        self._headers = {"Content-Type": "application/json"}
        if user is not None:
            self._headers["Authorization"] = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, method=method, data=data, headers=self._headers)
        with DIRECT.open(request, timeout=60) as answer:
            return json.load(answer)

    def search(self, body, indices=INDICES):
        """Of everything that was sent before; all shards answer."""
        self.ask("POST", f"/{indices}/_refresh")
        answer = self.ask("POST", f"/{indices}/_search", body)
        assert not answer["timed_out"] and answer["_shards"]["failed"] == 0, answer
        return answer

    def count(self, indices=INDICES):
        answer = self.search({"size": 0, "track_total_hits": True}, indices)
        return answer["hits"]["total"]["value"]

    def sums(self):
        """Count and nanos per hour and provider."""
        nanos = {"nanos": {"sum": {"field": "genops.cost.total_nanos"}}}
        providers = {"providers": {"terms": {"field": "genops.provider", "size": 100}, "aggs": nanos}}
        hours = {"field": "@timestamp", "fixed_interval": "1h", "min_doc_count": 1}
        answer = self.search({"size": 0, "aggs": {"hours": {"date_histogram": hours, "aggs": providers}}})
        return {
            (hour["key_as_string"][:13], provider["key"]): (provider["doc_count"], int(provider["nanos"]["value"]))
            for hour in answer["aggregations"]["hours"]["buckets"]
            for provider in hour["providers"]["buckets"]
        }

    def twins(self):
        """Events that are there more than once, under whatever name."""
        twins = {"terms": {"field": "event.id", "min_doc_count": 2, "size": 10}}
        return self.search({"size": 0, "aggs": {"twins": twins}})["aggregations"]["twins"]["buckets"]
