# A message: a letter for its kind, eight digits with the length of what follows, and the
# fields. Before every field stands its own length, as text, and a colon.
#
# kinds  U name              may this user log in?       -> K known, W new, N no
#        P name word known   log in, or "new"            -> Y, N
#        C verb arguments    a command                   -> Y, N, D content (a download)
#        F title name bytes  a file                      -> Y, N
#        X                   sign out                    -> Y
#        Q text              the server ends, now


def put(sock, kind, *fields):
    body = b""
    for field in fields:
        data = field if isinstance(field, bytes) else field.encode()
        body += b"%d:" % len(data) + data
    sock.sendall(kind.encode() + b"%08d" % len(body) + body)


def read(sock, size):
    chunks, left = [], size
    while left:
        chunk = sock.recv(left)
        if not chunk:
            raise EOFError
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)


def get(sock):
    head = read(sock, 9)
    body, fields = read(sock, int(head[1:])), []
    while body:
        size, _, body = body.partition(b":")
        fields.append(body[:int(size)])
        body = body[int(size):]
    return chr(head[0]), fields
