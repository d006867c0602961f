"""Server of the discussion forum.

usage: python3 server.py server_port admin_password

How client and server talk: every message is a frame, 4 bytes with its length
and then that many bytes of UTF-8. A request is the words of the command, one a
line. The answer begins with OK, NO, GO (the file may come, or comes) or BYE (the
forum shuts down). A file is 8 bytes with its size and then its bytes.

Every connection has a thread of its own, which is the only one to write to it.
One lock guards all that the threads share, and nobody holds it while waiting
for the network, so a command is never interrupted by another one.
"""

import contextlib
import os
import socket
import struct
import sys
import threading

ACCOUNTS = "credentials.txt"

lock = threading.Lock()  # guards all that follows, and the files in this folder
discussions = {}  # title -> Discussion
online = {}  # user name -> Session
sessions = set()  # every connection, logged in or not
closing = False  # the admin password has been given: no more commands
listener = None
admin_password = None


class Refused(Exception):
    """The command cannot be carried out; the text says why."""


class Gone(Exception):
    """There is nobody at the other end of the connection any more, or the forum is closed."""


@contextlib.contextmanager
def turn():
    """Have the forum for oneself. Nobody gets a turn after the shutdown."""
    with lock:
        if closing:
            raise Gone()
        yield


# ---------------------------------------------------------------- connections


class Session:
    """One connected client, and who has logged in there."""

    def __init__(self, sock):
        self.sock = sock
        self.user = None

    def read_exactly(self, count):
        """Return `count` bytes. recv() may return fewer, so it is asked until they are complete."""
        parts = []
        while count > 0:
            try:
                part = self.sock.recv(min(count, 65536))
            except OSError:
                part = b""
            if not part:
                raise Gone()
            parts.append(part)
            count -= len(part)
        return b"".join(parts)

    def receive(self):
        """Return the text of the next frame."""
        (size,) = struct.unpack("!I", self.read_exactly(4))
        return self.read_exactly(size).decode("utf-8", "replace")

    def write(self, data):
        """Send these bytes, all of them."""
        try:
            self.sock.sendall(data)
        except OSError:
            raise Gone()

    def send(self, text):
        """Send one frame."""
        data = text.encode("utf-8")
        self.write(struct.pack("!I", len(data)) + data)

    def receive_file(self):
        """Return the bytes of a file."""
        (size,) = struct.unpack("!Q", self.read_exactly(8))
        return self.read_exactly(size)

    def send_file(self, data):
        """Send the bytes of a file."""
        self.write(struct.pack("!Q", len(data)) + data)


# ------------------------------------------------------------------- accounts


def read_accounts():
    """Return {name: password}. It is read anew every time: somebody may have put in another file."""
    accounts = {}
    if os.path.exists(ACCOUNTS):
        with open(ACCOUNTS, encoding="utf-8") as file:
            for line in file.read().splitlines():
                name, _, password = line.partition(" ")
                if name:
                    accounts[name] = password
    return accounts


def add_account(name, password):
    """Append an account as the last line. The file may end in a newline or not, and stays the way it is."""
    text = ""
    if os.path.exists(ACCOUNTS):
        with open(ACCOUNTS, encoding="utf-8") as file:
            text = file.read()
    with open(ACCOUNTS, "a", encoding="utf-8") as file:
        if text and not text.endswith("\n"):
            file.write("\n")
        file.write("%s %s" % (name, password))
        if text.endswith("\n"):
            file.write("\n")


def log_in(session):
    """Ask for name and password until somebody is in."""
    while session.user is None:
        name = session.receive()
        with turn():
            known = name in read_accounts()
        session.send("OK known" if known else "OK new")
        password = session.receive()
        try:
            with turn():
                admit(session, name, password, known)
            session.send("OK Nice to see you, %s." % name)
        except Refused as why:
            print("Login of %s failed: %s" % (name, why))
            session.send("NO %s" % why)


def admit(session, name, password, known):
    """Let this user in, or say why not. A new user gets an account."""
    accounts = read_accounts()
    if known and accounts.get(name) != password:
        raise Refused("That is not the password of %s." % name)
    if name in online:
        raise Refused("%s is using the forum from another terminal." % name)
    if not known and name in accounts:
        raise Refused("Somebody was faster: the name %s is taken." % name)
    if not known:
        add_account(name, password)
    online[name] = session
    session.user = name
    print("%s is online (%s)" % (name, "known" if known else "new"))


# -------------------------------------------------------------------- threads


class Discussion:
    """A thread of the forum. `lines` are the lines of its file below the first one."""

    def __init__(self, title, owner):
        self.title = title
        self.path = title  # its file in this folder
        self.owner = owner
        self.lines = []
        self.files = []  # names of the files uploaded here

    def append(self, line):
        """Add a line at the end of the thread and of its file."""
        self.lines.append(line)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write("\n" + line)

    def rewrite(self):
        """Write the whole file: the owner, then the lines."""
        with open(self.path, "w", encoding="utf-8") as file:
            file.write("\n".join([self.owner] + self.lines))

    def message_count(self):
        """How many of the lines are messages."""
        return sum(1 for line in self.lines if not is_upload(line))

    def stored_name(self, name):
        """Under which name an uploaded file lies in this folder."""
        return "%s-%s" % (self.title, name)


def is_upload(line):
    """Tell the line of an upload from a message: a message has a colon after its second word."""
    return line.split(" ")[1] == "uploaded"


def get_discussion(title):
    """The thread of this title."""
    if title not in discussions:
        raise Refused("No thread is called %s." % title)
    return discussions[title]


def find_message(discussion, number, user):
    """Where in the lines the message of this number is. It must have been written by this user."""
    for index, line in enumerate(discussion.lines):
        words = line.split(" ")
        if not is_upload(line) and words[0] == number:
            if words[1] != user + ":":
                raise Refused("Message %s was not written by you." % number)
            return index
    raise Refused("%s has no message number %s." % (discussion.title, number))


def free_name(name):
    """Whether a file of this name may be made here, without losing one that does not belong to the forum."""
    return "/" not in name and "\0" not in name and not os.path.lexists(name)


def remove_file(name):
    """Delete a file of the forum, unless somebody else was faster."""
    if os.path.exists(name):
        os.remove(name)


def remove_discussion(discussion):
    """Delete a thread with its file and all files uploaded to it."""
    for name in discussion.files:
        remove_file(discussion.stored_name(name))
    remove_file(discussion.path)
    del discussions[discussion.title]


# ------------------------------------------------------------------- commands
# Each of these has its turn, and returns the text to show to the user.


def do_crt(user, title):
    if title in discussions:
        raise Refused("There is already a thread called %s." % title)
    if not free_name(title):
        raise Refused("A thread cannot be called %s." % title)
    discussion = Discussion(title, user)
    discussion.rewrite()
    discussions[title] = discussion
    return "%s is open for discussion." % title


def do_msg(user, title, text):
    discussion = get_discussion(title)
    number = discussion.message_count() + 1
    discussion.append("%d %s: %s" % (number, user, text))
    return "Posted as message %d." % number


def do_dlt(user, title, number):
    discussion = get_discussion(title)
    del discussion.lines[find_message(discussion, number, user)]
    count = 0
    for index, line in enumerate(discussion.lines):
        if not is_upload(line):
            count += 1
            discussion.lines[index] = "%d %s" % (count, line.split(" ", 1)[1])
    discussion.rewrite()
    return "Deleted."


def do_edt(user, title, number, text):
    discussion = get_discussion(title)
    index = find_message(discussion, number, user)
    discussion.lines[index] = "%s %s: %s" % (number, user, text)
    discussion.rewrite()
    return "Message %s has a new text." % number


def do_lst(user):
    if not discussions:
        return "Nobody has opened a thread."
    return "\n".join(sorted(discussions))


def do_rdt(user, title):
    return "\n".join(get_discussion(title).lines)


def do_rmv(user, title):
    discussion = get_discussion(title)
    if discussion.owner != user:
        raise Refused("Only %s can remove this thread." % discussion.owner)
    remove_discussion(discussion)
    return "%s is no more." % title


def check_upload(title, name):
    """An upload is checked twice: before the bytes come, and after, when others may have been at work."""
    discussion = get_discussion(title)
    if name in discussion.files or not free_name(discussion.stored_name(name)):
        raise Refused("%s cannot take another file called %s." % (title, name))
    return discussion


def store_upload(user, title, name, data):
    discussion = check_upload(title, name)
    with open(discussion.stored_name(name), "wb") as file:
        file.write(data)
    discussion.files.append(name)
    discussion.append("%s uploaded %s" % (user, name))
    return "%s is now in %s." % (name, title)


def load_download(title, name):
    discussion = get_discussion(title)
    if name not in discussion.files:
        raise Refused("Nobody put a file called %s into %s." % (name, title))
    with open(discussion.stored_name(name), "rb") as file:
        return file.read()


def shut_down():
    """Delete all files of the forum, then wake everybody: each thread says goodbye to its own client."""
    global closing
    closing = True
    for discussion in list(discussions.values()):
        remove_discussion(discussion)
    remove_file(ACCOUNTS)
    for session in sessions:
        with contextlib.suppress(OSError):  # this one has just gone by itself
            session.sock.shutdown(socket.SHUT_RD)
    listener.shutdown(socket.SHUT_RDWR)


SIMPLE = {  # command -> (function, number of arguments)
    "CRT": (do_crt, 1),
    "MSG": (do_msg, 2),
    "DLT": (do_dlt, 2),
    "EDT": (do_edt, 3),
    "LST": (do_lst, 0),
    "RDT": (do_rdt, 1),
    "RMV": (do_rmv, 1),
}


def upload(session, title, name):
    with turn():
        check_upload(title, name)
    session.send("GO")
    data = session.receive_file()
    with turn():
        return store_upload(session.user, title, name, data)


def download(session, title, name):
    with turn():
        data = load_download(title, name)
    session.send("GO")
    session.send_file(data)


def obey(session, words):
    """Carry out one command and answer it. False: this was the last one."""
    command, arguments = words[0], words[1:]
    print("%s: %s" % (session.user, command))
    if command in SIMPLE and len(arguments) == SIMPLE[command][1]:
        with turn():
            answer = SIMPLE[command][0](session.user, *arguments)
        session.send("OK %s" % answer)
    elif command == "UPD" and len(arguments) == 2:
        session.send("OK %s" % upload(session, *arguments))
    elif command == "DWN" and len(arguments) == 2:
        download(session, *arguments)
    elif command == "XIT" and not arguments:
        log_out(session)
        session.send("OK See you.")
        return False
    elif command == "SHT" and len(arguments) == 1:
        if arguments[0] != admin_password:
            raise Refused("That is not the admin password.")
        with turn():
            shut_down()
    else:
        raise Refused("The server does not understand %s." % command)
    return True


def log_out(session):
    """The name can be used from another terminal again."""
    with lock:
        if session.user is not None and online.get(session.user) is session:
            del online[session.user]
            print("%s is offline" % session.user)


def serve(session):
    """The life of one connection."""
    try:
        log_in(session)
        going = True
        while going and not closing:
            try:
                going = obey(session, session.receive().split("\n"))
            except (Refused, OSError) as why:  # OSError: a file that cannot be written
                print("%s: %s" % (session.user, why))
                session.send("NO %s" % why)
    except Gone:
        pass
    finally:
        log_out(session)
        say_goodbye(session)


def say_goodbye(session):
    """Close a connection; at a shutdown the client is told first."""
    with lock:
        sessions.discard(session)
    with contextlib.suppress(Gone):
        if closing:
            session.send("BYE The forum is closed for good.")
    session.sock.close()


def main():
    global listener, admin_password
    if len(sys.argv) != 3 or not sys.argv[1].isdigit():
        sys.exit("usage: python3 server.py server_port admin_password")
    admin_password = sys.argv[2]
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", int(sys.argv[1])))
    listener.listen(50)
    print("The forum is open on port %s" % sys.argv[1])
    threads = []
    while not closing:
        try:
            sock, address = listener.accept()
        except OSError:  # shut_down() has woken us
            break
        print("Somebody has connected from port %d" % address[1])
        session = Session(sock)
        with lock:
            if closing:
                break
            sessions.add(session)
        threads.append(threading.Thread(target=serve, args=(session,), daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join()
    listener.close()
    print("The forum is closed")


if __name__ == "__main__":
    main()
