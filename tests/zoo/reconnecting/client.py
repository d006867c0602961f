"""usage: client.py server_ip port"""
import os
import sys
import threading
import time

from request import Dropped, ask

INTERVAL = 0.2
TEXT = "..."  # an argument that may hold blanks
COMMANDS = {
    "CRT": ["thread"], "MSG": ["thread", TEXT], "DLT": ["thread", "number"], "EDT": ["thread", "number", TEXT],
    "LST": [], "RDT": ["thread"], "UPD": ["thread", "file"], "DWN": ["thread", "file"], "RMV": ["thread"],
    "XIT": [], "SHT": ["password"],
}
address = ()
token = ""
last_word = threading.Lock()


def leave(text):
    """The first of the two threads that comes here ends both."""
    last_word.acquire()
    print(text)
    sys.stdout.flush()
    os._exit(0)


def request(keyword, *fields, body=b""):
    """(True or False, text, body). At OVER, or with nobody there to ask, this is the end."""
    try:
        (keyword, text, *_), body = ask(address, keyword, token, *fields, body=body)
    except Dropped:
        leave("\nThe forum cannot be reached (any more).")
    if keyword == "OVER":
        leave("\n" + text[0].upper() + text[1:] + ".")
    return keyword == "YES", text, body


def watch():
    while True:
        time.sleep(INTERVAL)
        request("STILL-THERE")


def read(prompt):
    try:
        return input(prompt).strip()
    except (EOFError, KeyboardInterrupt):
        leave("")


def login():
    while True:
        name = read("Name> ")
        if not name or " " in name:
            continue
        good, text, _ = request("NAME", name)
        if good:
            password = ""
            while not password or " " in password:
                password = read("Password> " if text == "old" else "Password for the new account> ")
            good, text, _ = request("PASSWORD", name, password, text)
        print("--", text)
        if good:
            return


def upload(title, name):
    try:
        with open(name, "rb") as f:
            body = f.read()
    except OSError as e:
        return "%s: %s" % (name, e.strerror)
    good, text, _ = request("MAY-UPD", title, name)
    if good:
        good, text, _ = request("UPD", title, name, body=body)
    return text


def download(title, name):
    good, text, body = request("DWN", title, name)
    if good:
        try:
            with open(name, "wb") as f:
                f.write(body)
        except OSError as e:
            return "%s: %s" % (name, e.strerror)
    return text


def run(line):
    """Carry out what was typed; returns what to show."""
    keyword, *fields = line.split()
    if keyword not in COMMANDS:
        return "no such command: " + keyword
    wanted = COMMANDS[keyword]
    if TEXT in wanted:
        fields = line.split(None, len(wanted))[1:]
    if len(fields) != len(wanted):
        return "wrong number of arguments: " + " ".join([keyword, *wanted])
    if keyword == "UPD":
        return upload(*fields)
    if keyword == "DWN":
        return download(*fields)
    return request(keyword, *fields)[1]


def main():
    global address, token
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    address = (sys.argv[1], int(sys.argv[2]))
    token = request("HELLO")[1]
    threading.Thread(target=watch, daemon=True).start()
    login()
    while True:
        line = read("(%s)\nCommand> " % ", ".join(COMMANDS))
        if line:
            print("--", run(line).replace("\n", "\n   "))


if __name__ == "__main__":
    main()
