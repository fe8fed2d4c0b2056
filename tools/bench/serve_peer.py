"""The peer of tools/bench/serve.mjs: FastAPI around fastai's `learn.predict`, of the same sizes.

    venv/bin/python tools/bench/serve_peer.py --texts texts.json --port 8001      # needs torch, fastai, fastapi, uvicorn

Prints `ready` when it listens. Weights are random: they don't change how long a prediction takes.
"""
import argparse, json, threading, warnings
warnings.filterwarnings("ignore")
import pandas as pd
import torch
import uvicorn
from fastai.text.all import *
from fastapi import FastAPI
from pydantic import BaseModel

parser = argparse.ArgumentParser()
parser.add_argument("--texts", required=True)
parser.add_argument("--port", type=int, required=True)
parser.add_argument("--embedding", type=int, default=200)
parser.add_argument("--hidden", type=int, default=400)
parser.add_argument("--vocabulary", type=int, default=10_000)
args = parser.parse_args()

texts = json.load(open(args.texts))
frame = pd.DataFrame({"text": texts, "label": ["neg", "pos"] * (len(texts) // 2) + ["neg"] * (len(texts) % 2)})
block = TextBlock.from_df("text", min_freq=1, max_vocab=args.vocabulary, seq_len=72)
dls = DataBlock((block, CategoryBlock), get_x=ColReader("text"), get_y=ColReader("label"), splitter=RandomSplitter(seed=1)).dataloaders(
    frame, bs=4, num_workers=0
)
config = dict(awd_lstm_clas_config, emb_sz=args.embedding, n_hid=args.hidden)
learn = text_classifier_learner(dls, AWD_LSTM, seq_len=72, config=config, pretrained=False)
# As large a table of words as ours has; the texts hold fewer.
encoder = learn.model[0].module
encoder.encoder = nn.Embedding(args.vocabulary, args.embedding, padding_idx=1)
encoder.encoder_dp = EmbeddingDropout(encoder.encoder, 0.0)
learn.model.eval()


class Request(BaseModel):
    text: str


app = FastAPI()
# A learner is no two threads' at a time.
lock = threading.Lock()


@app.post("/classify")
async def classify(request: Request):
    with lock, learn.no_bar(), learn.no_logging():
        label, index, probabilities = learn.predict(request.text)
    return {"label": str(label), "probability": float(probabilities[index])}


@app.on_event("startup")
async def ready():
    await classify(Request(text=texts[0]))
    print(json.dumps({"ready": True, "torch": torch.__version__, "threads": torch.get_num_threads()}), flush=True)


uvicorn.run(app, host="127.0.0.1", port=args.port, log_level="error", access_log=False)
