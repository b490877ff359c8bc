"""One peer of the pricing benchmark: pricing_peers.py genai-prices|litellm RESPONSES AT

RESPONSES: a line per response: provider, API flavour and the response's JSON, with tabs between them. AT: RFC 3339.
Each line of standard input is a number of passes; each answer the CPU seconds that so many took, as JSON. "answers" is
answered by what each response costs, in USD as text, or null. The clock starts at the response's text.
"""

import json
import os
import resource
import sys
from datetime import datetime
from decimal import Decimal


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


# ---------------------------------------------------------------- genai-prices


def genai_prices(at):
    from genai_prices import extract_usage

    def price(provider, flavour, text):
        extracted = extract_usage(json.loads(text), provider_id=provider, api_flavor=flavour)
        if extracted.model is None:
            return None
        return extracted.calc_price(genai_request_timestamp=at).total_price

    return price


# ---------------------------------------------------------------- litellm

# What its own names for providers are.
LITELLM_PROVIDERS = {"google": "gemini", "aws": "bedrock", "cohere": "cohere_chat"}


def anthropic_usage(usage):
    read = usage.get("cache_read_input_tokens") or 0
    write = usage.get("cache_creation_input_tokens") or 0
    prompt, completion = usage["input_tokens"] + read + write, usage["output_tokens"]
    return {
        "prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion,
        "cache_read_input_tokens": read, "cache_creation_input_tokens": write,
    }  # fmt: skip


def gemini_usage(usage):
    prompt = usage.get("promptTokenCount", 0) + usage.get("toolUsePromptTokenCount", 0)
    candidates, thoughts = usage.get("candidatesTokenCount", 0), usage.get("thoughtsTokenCount", 0)
    completion = candidates if prompt + candidates == usage["totalTokenCount"] else candidates + thoughts
    said = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    modes = {one["modality"]: one.get("tokenCount", 0) for one in usage.get("promptTokensDetails", ())}
    details = {"cached_tokens": usage.get("cachedContentTokenCount", 0)}
    details.update({f"{mode.lower()}_tokens": modes[mode] for mode in ("AUDIO", "IMAGE", "VIDEO") if mode in modes})
    said["prompt_tokens_details"] = details
    modes = {one["modality"]: one.get("tokenCount", 0) for one in usage.get("candidatesTokensDetails", ())}
    details = {f"{mode.lower()}_tokens": modes[mode] for mode in ("AUDIO", "IMAGE") if mode in modes}
    if thoughts:
        details["reasoning_tokens"] = thoughts
    if details:
        said["completion_tokens_details"] = details
    return said


def responses_usage(usage):
    prompt, completion = usage["input_tokens"], usage["output_tokens"]
    said = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    if cached := (usage.get("input_tokens_details") or {}).get("cached_tokens"):
        said["prompt_tokens_details"] = {"cached_tokens": cached}
    if reasoning := (usage.get("output_tokens_details") or {}).get("reasoning_tokens"):
        said["completion_tokens_details"] = {"reasoning_tokens": reasoning}
    return said


def litellm(_):
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # its own bundled prices
    from litellm import ModelResponse, Usage, completion_cost

    def usage_of(provider, flavour, response):
        if provider == "google":
            return gemini_usage(response["usageMetadata"])
        usage = response["usage"]
        if provider == "anthropic" or flavour == "anthropic":
            return anthropic_usage(usage)
        return responses_usage(usage) if flavour == "responses" else usage

    def price(provider, flavour, text):
        response = json.loads(text)
        model = response.get("model") or response.get("modelVersion")
        if model is None:
            return None
        provider_name = LITELLM_PROVIDERS.get(provider, provider)
        answer = ModelResponse(model=model, usage=Usage(**usage_of(provider, flavour, response)))
        return Decimal(repr(completion_cost(completion_response=answer, custom_llm_provider=provider_name)))

    return price


# ---------------------------------------------------------------- what is asked


def answer_of(price, response):
    """None: it has no price for this. Errors are its way to say so."""
    try:
        return price(*response)
    except Exception:
        return None


def answers(price, responses):
    for response in responses:
        cost = answer_of(price, response)
        yield None if cost is None else str(cost)


def main():
    name, path, at = sys.argv[1:]
    price = {"genai-prices": genai_prices, "litellm": litellm}[name](datetime.fromisoformat(at))
    with open(path) as file:
        responses = [line.rstrip("\n").split("\t") for line in file]
    for line in sys.stdin:
        if line == "answers\n":
            print(json.dumps(list(answers(price, responses))), flush=True)
            continue
        start = cpu_seconds()
        for _ in range(int(line)):
            for response in responses:
                answer_of(price, response)
        print(json.dumps({"cpu_seconds": cpu_seconds() - start}), flush=True)


if __name__ == "__main__":
    main()
