# TCPClient3.py: the discussion forum's client
# Run it with:   python3 TCPClient3.py SERVER_IP SERVER_PORT
import os
from queue import Queue
from socket import *
import sys
import threading
import time

from talk import END_OF_ANSWER, END_OF_REQUEST, HungUp, Talk

if len(sys.argv) != 3:
    print("Usage: python3 TCPClient3.py SERVER_IP SERVER_PORT")
    sys.exit(1)

NUMBER_OF_WORDS = {"CRT": 2, "MSG": 3, "DLT": 3, "EDT": 4, "LST": 1, "RDT": 2,
                   "UPD": 3, "DWN": 3, "RMV": 2, "XIT": 1, "SHT": 2}
SENTENCES = {"CREATED": "The thread now exists.", "POSTED": "Your message is in the thread.",
             "DELETED": "The message is out of the thread.", "EDITED": "The message has a new text.",
             "REMOVED": "The thread and its files are no more.", "STORED": "The file is in the thread.",
             "TAKEN": "This user is active at another place.", "WRONG": "Login failed.",
             "BAD": "A user name is one word.", "WELCOME": "Login complete.", "BYE": "See you soon!"}
answers = Queue()


def bar(done, size):
    part = 30 if size == 0 else 30 * done // size
    print("\r|" + "#" * part + "." * (30 - part) + "| " + str(done) + " of " + str(size), end="")
    if done == size:
        print()


def stop(text):
    print()
    print(text)
    sys.stdout.flush()
    os._exit(0)


def listener(talk):
    """Hears the server, which may shut down at any time."""
    try:
        while True:
            answer = talk.until(END_OF_ANSWER)
            if answer == "SHUTDOWN":
                stop("The administrator has shut the forum down. Goodbye!")
            content = None
            if answer.startswith("FILE ") and answer[5:].isdigit():
                content = talk.exactly(int(answer[5:]), bar)
            answers.put((answer, content))
            if answer == "BYE":
                return
    except (HungUp, OSError):
        stop("The server does not answer any more.")


def ask(talk, request):
    talk.say(request, END_OF_REQUEST)
    return answers.get()[0]


def show(answer):
    os.system("clear")
    word = answer.split(" ")[0]
    if word == "ERROR":
        print("Sorry:", answer[6:])
    else:
        print(SENTENCES.get(word, answer) if answer.count("\n") == 0 else answer)
    sys.stdout.flush()
    time.sleep(0.12)


def login(talk):
    while True:
        print("You need an account, or get one.")
        answer = ask(talk, input("User name = "))
        if answer == "PASSWORD":
            answer = ask(talk, input("Password = "))
        elif answer == "NEW":
            print("You are a new user.")
            time.sleep(0.05)
            answer = ask(talk, input("Password that you want to have = "))
        show(answer)
        if answer == "WELCOME":
            return


def upload(talk, line, name):
    if not os.path.isfile(name):
        show("ERROR you have no file " + name)
        return
    answer = ask(talk, line)
    if answer == "SEND":
        content = open(name, "rb").read()
        talk.say(str(len(content)), END_OF_REQUEST)
        sent = 0
        bar(0, len(content))
        while sent < len(content):
            sent = sent + talk.sock.send(content[sent:sent + 65536])
            bar(sent, len(content))
        answer = answers.get()[0]
    show(answer)


def download(talk, line, name):
    talk.say(line, END_OF_REQUEST)
    answer, content = answers.get()
    if content is None:
        show(answer)
        return
    with open(name, "wb") as f:
        f.write(content)
    show("The file is in your folder.")


def main():
    os.system("clear")
    sock = socket(AF_INET, SOCK_STREAM)
    sock.connect((sys.argv[1], int(sys.argv[2])))
    talk = Talk(sock)
    threading.Thread(target=listener, args=(talk,), daemon=True).start()
    try:
        session(talk)
    except OSError:
        time.sleep(60)   # the listener has noticed too, and ends the program


def session(talk):
    login(talk)
    while True:
        line = input("CRT, MSG, DLT, EDT, LST, RDT, UPD, DWN, RMV, XIT or SHT = ")
        w = line.split()
        if not w:
            continue
        count = NUMBER_OF_WORDS.get(w[0])
        if count is None:
            show("ERROR no such command")
        elif len(w) < count or (len(w) > count and w[0] not in ("MSG", "EDT")):
            show("ERROR " + w[0] + " needs " + str(count - 1) + " arguments")
        elif w[0] == "UPD":
            upload(talk, " ".join(w), w[2])
        elif w[0] == "DWN":
            download(talk, " ".join(w), w[2])
        else:
            answer = ask(talk, " ".join(line.strip().split(None, count - 1)))
            show(answer)
            if w[0] == "XIT":
                sys.stdout.flush()
                os._exit(0)


try:
    main()
except (EOFError, KeyboardInterrupt, OSError):
    stop("")
