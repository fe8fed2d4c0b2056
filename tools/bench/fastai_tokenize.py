"""fastai's tokenizer (spaCy and fastai's rules) in one process: a JSON string a line in, one line of JSON out.

    python fastai_tokenize.py texts.jsonl
"""
import json, resource, sys, time, warnings

warnings.filterwarnings("ignore")
import fastai
from fastai.text.core import SpacyTokenizer, TokenizeWithRules

texts = [json.loads(line) for line in open(sys.argv[1], encoding="utf8")]
tokenize = TokenizeWithRules(SpacyTokenizer())
start = time.perf_counter()
tokens = sum(len(document) for document in tokenize(texts))
seconds = time.perf_counter() - start
print(json.dumps(dict(
    peer="fastai", fastai=fastai.__version__, tokens=tokens, step_s=round(seconds, 4), tokens_per_s=round(tokens / seconds),
    peak_rss_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
)))
