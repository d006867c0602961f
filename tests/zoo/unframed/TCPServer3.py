# TCPServer3.py: the discussion forum's server
# Run it with:   python3 TCPServer3.py SERVER_PORT ADMIN_PASSWORD
import os
from socket import *
import sys
import threading
import time

from talk import END_OF_ANSWER, END_OF_REQUEST, HungUp, Talk

if len(sys.argv) != 3:
    print("Usage: python3 TCPServer3.py SERVER_PORT ADMIN_PASSWORD")
    sys.exit(1)
serverPort = int(sys.argv[1])
adminPassword = sys.argv[2]

# ---- what everybody shares; only who holds tLock may touch it, or any file
tLock = threading.Lock()
owners = {}        # thread title -> user
lines = {}         # thread title -> list of [user, text, isFile]
activeUsers = []
talks = []         # all connections
forumOpen = True


def loadUsers():
    users = {}
    f = open("credentials.txt")
    for l in f.read().split("\n"):
        if l.count(" ") >= 1:
            users[l[:l.index(" ")]] = l[l.index(" ") + 1:]
    f.close()
    return users


def addUser(user, password):
    f = open("credentials.txt", "rb+")
    old = f.read()
    if old and old[-1:] != b"\n":
        f.write(b"\n")
    f.write((user + " " + password + "\n").encode())
    f.close()


def asText(title):
    out = []
    number = 1
    for user, text, isFile in lines[title]:
        if isFile:
            out.append(user + " uploaded " + text)
        else:
            out.append(str(number) + " " + user + ": " + text)
            number = number + 1
    return "\n".join(out)


def store(title):
    f = open(title, "w")
    f.write(owners[title] + "\n")
    if lines[title]:
        f.write(asText(title) + "\n")
    f.close()


def deleteThread(title):
    os.remove(title)
    for user, text, isFile in lines[title]:
        if isFile:
            os.remove(title + "-" + text)
    del owners[title]
    del lines[title]


def findMessage(title, number, user):
    """Gives the message (None if there is none) and what is wrong with it ("" if nothing)."""
    if title not in owners:
        return None, "ERROR thread " + title + " was not found"
    messages = [m for m in lines[title] if not m[2]]
    if not (number.isascii() and number.isdigit()) or int(number) == 0 or int(number) > len(messages):
        return None, "ERROR " + number + " is not the number of a message"
    message = messages[int(number) - 1]
    if message[0] != user:
        return None, "ERROR you are not the author"
    return message, ""


def login(talk):
    while True:
        user = talk.until(END_OF_REQUEST)
        with tLock:
            known = user in loadUsers()
            if user in activeUsers:
                answer = "TAKEN"
            elif user == "" or " " in user:
                answer = "BAD"
            else:
                answer = "PASSWORD" if known else "NEW"
        talk.say(answer, END_OF_ANSWER)
        if answer in ("TAKEN", "BAD"):
            continue
        password = talk.until(END_OF_REQUEST)
        with tLock:
            users = loadUsers()
            if user in activeUsers:
                answer = "TAKEN"
            elif (user in users) != known or (known and users[user] != password) or password == "" or " " in password:
                answer = "WRONG"
            else:
                if not known:
                    addUser(user, password)
                activeUsers.append(user)
                answer = "WELCOME"
        if answer == "WELCOME":
            return user
        talk.say(answer, END_OF_ANSWER)


def simpleCommand(user, w):
    """CRT MSG DLT EDT LST RDT RMV: gives the answer. The lock is held."""
    if w[0] == "LST":
        return "\n".join(["Active threads:"] + list(owners)) if owners else "No thread is active"
    title = w[1]
    if w[0] == "CRT":
        if title in owners or "/" in title or os.path.exists(title):
            return "ERROR thread " + title + " can not be created again"
        owners[title] = user
        lines[title] = []
        store(title)
        return "CREATED " + title
    if title not in owners:
        return "ERROR thread " + title + " was not found"
    if w[0] == "MSG":
        lines[title].append([user, w[2], False])
        store(title)
        return "POSTED to " + title
    if w[0] == "RDT":
        return "Content of " + title + ":\n" + asText(title) if lines[title] else "Thread " + title + " has no content"
    if w[0] == "RMV":
        if owners[title] != user:
            return "ERROR you did not create " + title
        deleteThread(title)
        return "REMOVED " + title
    message, problem = findMessage(title, w[2], user)
    if problem:
        return problem
    if w[0] == "DLT":
        lines[title] = [m for m in lines[title] if m is not message]
    else:
        message[1] = w[3]
    store(title)
    return "DELETED" if w[0] == "DLT" else "EDITED"


def upload(talk, user, title, name):
    with tLock:
        if title not in owners:
            problem = "ERROR thread " + title + " was not found"
        elif "/" in name or os.path.exists(title + "-" + name):
            problem = "ERROR there is such a file already"
        else:
            problem = ""
    talk.say(problem or "SEND", END_OF_ANSWER)
    if problem:
        return
    content = talk.exactly(int(talk.until(END_OF_REQUEST)))
    with tLock:
        if title in owners and not os.path.exists(title + "-" + name):
            with open(title + "-" + name, "wb") as f:
                f.write(content)
            lines[title].append([user, name, True])
            store(title)
            answer = "STORED " + name
        else:
            answer = "ERROR the thread has changed meanwhile"
    talk.say(answer, END_OF_ANSWER)


def download(talk, title, name):
    content = None
    with tLock:
        if title not in owners:
            answer = "ERROR thread " + title + " was not found"
        elif name not in [m[1] for m in lines[title] if m[2]]:
            answer = "ERROR no file " + name + " in thread " + title
        else:
            content = open(title + "-" + name, "rb").read()
            answer = "FILE " + str(len(content))
    talk.say(answer, END_OF_ANSWER)
    if content is not None:
        talk.sock.sendall(content)


def shutDown():
    """The lock is held, and is never given back, so that no command can begin any more."""
    for title in list(owners):
        deleteThread(title)
    if os.path.exists("credentials.txt"):
        os.remove("credentials.txt")
    for talk in talks:
        try:
            talk.say("SHUTDOWN", END_OF_ANSWER)
        except OSError:
            pass
    print("Server shut down")
    sys.stdout.flush()
    os._exit(0)


def clientThread(talk):
    user = None
    try:
        user = login(talk)
        talk.say("WELCOME", END_OF_ANSWER)
        print(user, "is active")
        while True:
            request = talk.until(END_OF_REQUEST)
            w = request.split(" ", {"MSG": 2, "EDT": 3}.get(request[:3], 2))
            print(user, "wants", w[0])
            if w[0] == "XIT":
                break
            if w[0] == "UPD":
                upload(talk, user, w[1], w[2])
            elif w[0] == "DWN":
                download(talk, w[1], w[2])
            elif w[0] == "SHT":
                tLock.acquire()
                if w[1] == adminPassword:
                    shutDown()
                tLock.release()
                talk.say("ERROR wrong admin password", END_OF_ANSWER)
            else:
                with tLock:
                    answer = simpleCommand(user, w)
                time.sleep(0.03)   # gives the others a chance
                talk.say(answer, END_OF_ANSWER)
    except (HungUp, OSError):
        print(user, "has gone without a word")
    with tLock:
        if user in activeUsers:
            activeUsers.remove(user)
        talks.remove(talk)
    try:
        talk.say("BYE", END_OF_ANSWER)
    except OSError:
        pass
    talk.sock.close()


serverSocket = socket(AF_INET, SOCK_STREAM)
serverSocket.setsockopt(SOL_SOCKET, SO_REUSEADDR, 1)
serverSocket.bind(("127.0.0.1", serverPort))
serverSocket.listen(5)
print("The server is ready")
while True:
    connection, address = serverSocket.accept()
    talk = Talk(connection)
    with tLock:
        talks.append(talk)
    threading.Thread(target=clientThread, args=(talk,), daemon=True).start()
