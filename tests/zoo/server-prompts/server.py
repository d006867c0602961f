import contextlib
import select
import socketserver
import sys
import threading

from board import Board, Mistake
from terminal import HungUp, Terminal

COMMANDS = {
    "CRT": "thread", "MSG": "thread message", "DLT": "thread number", "EDT": "thread number message", "LST": "",
    "RDT": "thread", "UPD": "thread file", "DWN": "thread file", "RMV": "thread", "XIT": "", "SHT": "admin-password",
}


class Forum(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 30

    def __init__(self, port, admin_password):
        self.admin_password = admin_password
        self.board = Board()
        self.lock = threading.Lock()
        self.open = True
        self.visits = {}  # user -> Visit
        self.terminals = set()
        super().__init__(("", port), Visit)

    @contextlib.contextmanager
    def my_turn(self):
        """One command at a time, and none after the shutdown."""
        with self.lock:
            if not self.open:
                raise HungUp
            yield self.board

    def present(self, user):
        """Whether somebody sits there as this user; one that has hung up does not count, even if not yet noticed."""
        visit = self.visits.get(user)
        return visit is not None and not visit.has_hung_up()

    def handle_error(self, request, client_address):
        print("%s:%d broke off: %r" % (*client_address, sys.exc_info()[1]))


class Visit(socketserver.StreamRequestHandler):
    """A client, from its coming to its going. The dialogue can be read from top to bottom."""

    user = None

    def handle(self):
        self.terminal = Terminal(self.rfile, self.wfile)
        self.server.terminals.add(self.terminal)
        print("%s:%d is here" % self.client_address)
        try:
            self.terminal.say("This is the forum.\n")
            while not self.log_in():
                pass
            while self.command():
                pass
        except (HungUp, ConnectionError):
            pass
        finally:
            self.log_out()
            self.server.terminals.discard(self.terminal)

    def has_hung_up(self):
        poller = select.poll()
        poller.register(self.connection, select.POLLRDHUP)
        return bool(poller.poll(0))

    def log_out(self):
        with self.server.lock:
            if self.user and self.server.visits.get(self.user) is self:
                del self.server.visits[self.user]
                print(self.user, "is out")

    def log_in(self):
        user = self.terminal.ask_word("login: ")
        with self.server.my_turn() as board:
            known = board.password_of(user) is not None
            present = self.server.present(user)
        if not present:
            if not known:
                self.terminal.say("You are new. ")
            password = self.terminal.ask_word("password: " if known else "Choose a password: ")
        with self.server.my_turn() as board:
            stored = board.password_of(user)
            if present or self.server.present(user) or known != (stored is not None):
                problem = "%s is taken at the moment." % user
            elif known and password != stored:
                problem = "Wrong."
            else:
                if not known:
                    board.register(user, password)
                self.user = user
                self.server.visits[user] = self
                problem = None
        print("login as %s: %s" % (user, problem or "fine"))
        self.terminal.say("%s\n" % (problem or "Have a nice day."))
        return problem is None

    def command(self):
        line = self.terminal.ask("%s\n%s> " % (" ".join(COMMANDS), self.user))
        if not line:
            return True
        name = line.split()[0]
        if name not in COMMANDS:
            self.terminal.say("%s: command not found\n" % name)
            return True
        wanted = COMMANDS[name].split()
        words = line.split(None, len(wanted)) if "message" in wanted else line.split()
        if len(words) != len(wanted) + 1:
            self.terminal.say("usage: %s %s\n" % (name, COMMANDS[name]))
            return True
        print(self.user, name)
        try:
            return getattr(self, name)(*words[1:]) is not False
        except Mistake as mistake:
            self.terminal.say("error: %s\n" % mistake)
        except OSError as error:
            if isinstance(error, ConnectionError):
                raise
            self.terminal.say("error: %s\n" % error.strerror)
        return True

    def CRT(self, title):
        with self.server.my_turn() as board:
            board.create(self.user, title)
        self.terminal.say("started %s\n" % title)

    def MSG(self, title, text):
        with self.server.my_turn() as board:
            board.post(self.user, title, text)
        self.terminal.say("said so in %s\n" % title)

    def DLT(self, title, number):
        with self.server.my_turn() as board:
            board.topic(title).replace(number, self.user, [])
        self.terminal.say("took it back\n")

    def EDT(self, title, number, text):
        with self.server.my_turn() as board:
            board.topic(title).replace(number, self.user, [("message", self.user, text)])
        self.terminal.say("said something else instead\n")

    def LST(self):
        with self.server.my_turn() as board:
            titles = list(board.topics)
        self.terminal.say("".join(title + "\n" for title in titles) or "nothing here\n")

    def RDT(self, title):
        with self.server.my_turn() as board:
            text = board.topic(title).text()
        self.terminal.say(text or "nobody said anything\n")

    def UPD(self, title, name):
        with self.server.my_turn() as board:
            board.check_upload(title, name)
        contents, reason = self.terminal.fetch(name)
        if contents is None:
            raise Mistake("your %s: %s" % (name, reason))
        with self.server.my_turn() as board:
            board.upload(self.user, title, name, contents)
        self.terminal.say("got %d bytes\n" % len(contents))

    def DWN(self, title, name):
        with self.server.my_turn() as board:
            contents = board.download(title, name)
        self.terminal.deliver(name, contents, "sent %d bytes\n" % len(contents))

    def RMV(self, title):
        with self.server.my_turn() as board:
            board.remove(self.user, title)
        self.terminal.say("tore up %s\n" % title)

    def XIT(self):
        self.log_out()
        self.terminal.farewell("See you soon.\n")
        return False

    def SHT(self, password):
        if password != self.server.admin_password:
            raise Mistake("permission denied")
        with self.server.my_turn() as board:
            self.server.open = False
            board.clear()
        for terminal in list(self.server.terminals):
            terminal.farewell("\nThe forum is over.\n")
        self.server.shutdown()
        return False


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("server.py port admin_password")
    with Forum(int(sys.argv[1]), sys.argv[2]) as forum:
        print("ready")
        forum.serve_forever()
    print("done")
