def app(env, start):
    start("200 OK", [("Content-Type","text/plain"),("Content-Length","2")])
    return [b"ok"]
