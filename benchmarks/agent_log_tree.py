"""Logs of coding agents, as many as asked for: agent_log_tree.py FOLDER [--lines N] [--bytes N] [--days N] [--seed N]

Makes FOLDER/claude (a $CLAUDE_CONFIG_DIR) and FOLDER/codex (a $CODEX_HOME) of about so many lines and bytes each, and
prints the seed. What makes such logs hard to count is in them: streams that are logged again as they grow, resumed sessions
that repeat lines, side chains, forks that replay their parent with new times, totals that are reported twice; several
models, both cache lifetimes, fast mode, prompts above 200,000 tokens, usage of subagents inside tool results.
"""

import argparse
import json
import random
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

START = datetime(2026, 1, 5, 6, 0, tzinfo=timezone.utc)
CLAUDE_MODELS = ("claude-sonnet-4-5-20250929",) * 5 + ("claude-opus-4-5-20251101",) * 3 + (
    "claude-haiku-4-5-20251001", "claude-opus-4-6")  # fmt: skip
CODEX_MODELS = ("gpt-5-codex", "gpt-5-codex", "gpt-5", "gpt-5-mini")
PROJECTS = ("ledger", "web-shop", "infra", "notes", "compiler")
WORDS = "the build of src test error value line token cache price table index query commit window budget file".split()
KINDS = {"user": 1.0, "assistant": 0.8, "result": 2.0}  # of a mean line


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


class Source:
    """All that is random comes from here."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        words = [self.random.choice(WORDS) for _ in range(200_000)]
        for place in range(0, len(words), 11):
            words[place] = self.random.choice(('"usage":{"input_tokens":1}', "\n", "\t", "ü", 'say "x"', "\\d+"))
        self.text_pool = " ".join(words)

    def text(self, size):
        size = max(1, min(int(size), 400_000))
        begin = self.random.randrange(len(self.text_pool) - size)
        return self.text_pool[begin : begin + size]

    def identifier(self, prefix):
        return prefix + "".join(self.random.choices("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789", k=24))

    def uuid(self):
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def time(self, days):
        return START + timedelta(seconds=self.random.randrange(days * 86_400))


class Tree:
    """Files of lines, up to a number of them; their content is as long as it takes to reach the bytes."""

    def __init__(self, folder, source, lines, size, days):
        self.folder, self.source, self.days = folder, source, days
        self.wanted, self.lines, self.bytes = lines, 0, 0
        self.mean = size / lines

    def is_done(self):
        return self.lines >= self.wanted

    def write(self, path, lines):
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(line + "\n" for line in lines)
        path.write_text(text, encoding="utf-8")
        self.lines += len(lines)
        self.bytes += len(text.encode())
        left = self.wanted - self.lines
        if left > 0:  # come nearer to the size that was asked for
            self.goal = max(200.0, (self.mean * self.wanted - self.bytes) / left)

    goal = 0.0

    def content(self, kind):
        mean = (self.goal or self.mean) * KINDS[kind] - 500
        return self.source.text(self.source.random.expovariate(1 / max(50.0, mean)))


class Claude(Tree):
    def common(self, session, at, **more):
        return {"parentUuid": self.source.uuid(), "isSidechain": session["sidechain"], "userType": "external",
                "cwd": f"/srv/dev/{session['project']}", "sessionId": session["id"], "version": "2.0.76",
                "gitBranch": "main", **more, "uuid": self.source.uuid(), "timestamp": stamp(at)}  # fmt: skip

    def usage(self, session, output):
        pick = self.source.random
        written = pick.randrange(0, 12_000)
        for_1h = written if pick.random() < 0.3 else 0
        session["context"] = min(session["context"] + written, session["limit"])
        usage = {"input_tokens": pick.randrange(1, 400), "cache_creation_input_tokens": written,
                 "cache_read_input_tokens": session["context"],
                 "cache_creation": {"ephemeral_5m_input_tokens": written - for_1h,
                                    "ephemeral_1h_input_tokens": for_1h},
                 "output_tokens": output, "service_tier": "standard"}  # fmt: skip
        if pick.random() < 0.02:
            usage["server_tool_use"] = {"web_search_requests": pick.randrange(1, 4), "web_fetch_requests": 0}
        if session["model"] == "claude-opus-4-6":
            usage["speed"] = pick.choice(("fast", "standard"))
        return usage

    def answer(self, session, at):
        """The copies of one request: a line per block of content, the output growing."""
        pick, lines = self.source.random, []
        output = pick.randrange(20, 4_000)
        usage = self.usage(session, output)
        message, request = self.source.identifier("msg_01"), self.source.identifier("req_011")
        copies = pick.choice((1, 1, 2, 2, 3))
        for copy in range(1, copies + 1):
            last = copy == copies
            block = {"type": "text", "text": self.content("assistant")}
            body = {"model": session["model"], "id": message, "type": "message", "role": "assistant",
                    "content": [block], "stop_reason": "tool_use" if last else None, "stop_sequence": None,
                    "usage": dict(usage, output_tokens=output if last else pick.randrange(1, 10))}  # fmt: skip
            lines.append(self.common(session, at, message=body, requestId=request, type="assistant"))
            at += timedelta(milliseconds=pick.randrange(100, 3_000))
        return lines, at

    def result(self, session, at):
        content = [{"tool_use_id": self.source.identifier("toolu_01"), "type": "tool_result",
                    "content": self.content("result")}]  # fmt: skip
        more = {"stdout": "done", "interrupted": False}
        if self.source.random.random() < 0.02:  # what a subagent used, which its own lines tell as well
            more = {"status": "completed", "totalTokens": 5_000, "usage": {"input_tokens": 4_000, "output_tokens": 1_000}}
        return self.common(session, at, type="user", message={"role": "user", "content": content}, toolUseResult=more)

    def turns(self, session, at, count):
        lines = []
        for _ in range(count):
            prompt = {"role": "user", "content": self.content("user")}
            lines.append(self.common(session, at, type="user", message=prompt))
            for _ in range(self.source.random.randrange(1, 9)):
                at += timedelta(seconds=self.source.random.randrange(2, 90))
                answers, at = self.answer(session, at)
                lines += [*answers, self.result(session, at)]
        return lines

    def new_session(self, project, sidechain=False):
        pick = self.source.random
        limit = 600_000 if pick.random() < 0.15 else 160_000
        return {"id": self.source.uuid(), "project": project, "sidechain": sidechain, "limit": limit,
                "model": pick.choice(CLAUDE_MODELS), "context": pick.randrange(8_000, 30_000)}  # fmt: skip

    def side_chain(self, session, parent, at):
        """A subagent's file: requests of its own, and copies of the parent's under other request ids."""
        lines = self.turns({**self.new_session(session["project"], sidechain=True), "id": session["id"]}, at, 2)
        answers = [line for line in parent if line["type"] == "assistant" and line["message"].get("stop_reason")]
        for line in self.source.random.sample(answers, min(2, len(answers))):
            lines.append({**line, "isSidechain": True, "requestId": self.source.identifier("req_011")})
        return lines

    def odd_lines(self, session, at):
        synthetic = {"id": self.source.uuid(), "model": "<synthetic>", "role": "assistant", "content": [],
                     "usage": {"input_tokens": 0, "output_tokens": 0}}  # fmt: skip
        at += timedelta(seconds=1)
        working = dict(self.answer(session, at)[0][-1])
        data = {"type": "agent_progress", "message": {name: working[name] for name in
                ("type", "timestamp", "requestId", "uuid", "message")}}  # fmt: skip
        return [self.common(session, at, type="assistant", message=synthetic, isApiErrorMessage=True),
                self.common(session, at, type="progress", data=data),
                {"type": "file-history-snapshot", "messageId": self.source.uuid(), "snapshot": {"files": {}}}]  # fmt: skip

    def make(self):
        pick = self.source.random
        while not self.is_done():
            project, at = pick.choice(PROJECTS), self.source.time(self.days)
            session = self.new_session(project)
            folder = f"claude/projects/-srv-dev-{project}"
            lines = self.turns(session, at, pick.randrange(2, 12)) + self.odd_lines(session, at)
            self.write(f"{folder}/{session['id']}.jsonl", map_lines(lines))
            if pick.random() < 0.3:
                name = f"{folder}/{session['id']}/subagents/agent-{self.source.identifier('')[:8]}.jsonl"
                self.write(name, map_lines(self.side_chain(session, lines, at)))
            if pick.random() < 0.15:  # resumed: the beginning once more, under a session id of its own
                resumed = dict(session, id=self.source.uuid())
                old = [dict(line, sessionId=resumed["id"]) if "sessionId" in line else line for line in lines]
                more = old[: len(old) // 2] + self.turns(resumed, at + timedelta(hours=3), 2)
                self.write(f"{folder}/{resumed['id']}.jsonl", map_lines(more))


def map_lines(lines):
    return [compact(line) for line in lines]


class Codex(Tree):
    def line(self, at, kind, payload):
        return {"timestamp": stamp(at), "type": kind, "payload": payload}

    def meta(self, identity, project, at, parent=None):
        payload = {"id": identity, "timestamp": stamp(at), "cwd": f"/srv/dev/{project}", "originator": "codex_cli_rs",
                   "cli_version": "0.98.0", "instructions": self.source.text(4_000)}  # fmt: skip
        if parent:
            payload["forked_from_id"] = parent
        return self.line(at, "session_meta", payload)

    def tokens(self, at, total, last):
        info = {"total_token_usage": dict(total), "last_token_usage": dict(last), "model_context_window": 272_000}
        limits = {"primary": {"used_percent": 12.0, "window_minutes": 300}}
        return self.line(at, "event_msg", {"type": "token_count", "info": info, "rate_limits": limits})

    def request(self, session, at):
        pick = self.source.random
        session["context"] = min(session["context"] + pick.randrange(100, 9_000), 330_000)
        output = pick.randrange(30, 3_000)
        last = {"input_tokens": session["context"],
                "cached_input_tokens": session["context"] * pick.randrange(0, 100) // 100, "output_tokens": output,
                "reasoning_output_tokens": output * pick.randrange(0, 90) // 100,
                "total_tokens": session["context"] + output}  # fmt: skip
        session["total"] = {name: session["total"].get(name, 0) + count for name, count in last.items()}
        call = {"type": "function_call", "name": "shell", "arguments": compact({"command": self.content("assistant")})}
        result = {"type": "function_call_output", "output": self.content("result")}
        lines = [self.line(at, "response_item", call), self.line(at, "response_item", result),
                 self.line(at, "response_item", {"type": "message", "content": self.content("user")})]  # fmt: skip
        lines += [self.tokens(at, session["total"], last)] * (2 if pick.random() < 0.2 else 1)
        return lines

    def turns(self, session, at, count):
        lines = []
        for _ in range(count):
            at += timedelta(seconds=self.source.random.randrange(20, 900))
            model = self.source.random.choice(CODEX_MODELS)
            lines.append(self.line(at, "turn_context", {"cwd": f"/srv/dev/{session['project']}", "model": model,
                                                        "approval_policy": "on-request"}))  # fmt: skip
            for _ in range(self.source.random.randrange(1, 9)):
                at += timedelta(seconds=self.source.random.randrange(2, 60))
                lines += self.request(session, at)
        return lines, at

    def save(self, identity, at, lines, archived=False):
        folder = "archived_sessions" if archived else f"sessions/{at:%Y/%m/%d}"
        self.write(f"codex/{folder}/rollout-{at:%Y-%m-%dT%H-%M-%S}-{identity}.jsonl", map_lines(lines))

    def make(self):
        pick = self.source.random
        while not self.is_done():
            at, project, identity = self.source.time(self.days), pick.choice(PROJECTS), self.source.uuid()
            session = {"project": project, "context": pick.randrange(5_000, 20_000), "total": {}}
            lines, end = self.turns(session, at, pick.randrange(2, 12))
            lines.insert(0, self.meta(identity, project, at))
            self.save(identity, at, lines, archived=pick.random() < 0.2)
            while pick.random() < 0.15:  # a fork: all of its parent with the time of the fork, then its own
                parent, identity = identity, self.source.uuid()
                at = end + timedelta(seconds=pick.randrange(100, 100_000))
                replay = [dict(line, timestamp=stamp(at + timedelta(milliseconds=5))) for line in lines]
                more, end = self.turns(session, at, 2)
                lines = [self.meta(identity, project, at, parent), *replay, *more]
                self.save(identity, at, lines)


def main():
    parser = argparse.ArgumentParser(description="Logs of coding agents, as many as asked for")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--bytes", type=int, default=200_000_000)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    asked = parser.parse_args()
    print(f"seed {asked.seed}")
    for agent in (Claude, Codex):
        tree = agent(asked.folder, Source(asked.seed), asked.lines, asked.bytes, asked.days)
        tree.make()
        print(f"{agent.__name__.lower()}: {tree.lines} lines, {tree.bytes} bytes")


if __name__ == "__main__":
    main()
