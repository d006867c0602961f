# Forum server with processes.  Usage: python3 server.py PORT ADMIN_PASSWORD
#
#   this process      accepts, and starts a worker process for every connection
#   manager process   holds the state (state.py); the workers call it through proxies
#   worker process    speaks with one client (wire.py)
#
# A pipe leads from every worker to this process. A worker whose client gave the right
# admin password writes into it; then this process writes into all the pipes, and every
# worker, which waits for its pipe and its client at once, says goodbye.
import multiprocessing
import multiprocessing.connection
import select
import signal
import socket
import sys
from multiprocessing.managers import BaseManager

import wire
from state import State

fork = multiprocessing.get_context("fork")


class StateManager(BaseManager):
    pass


StateManager.register("State", State)


class Worker:
    def __init__(self, sock, pipe, state, admin):
        self.sock, self.pipe, self.state, self.admin = sock, pipe, state, admin
        self.user = ""

    def run(self):
        try:
            if self.login():
                while self.command():
                    pass
        except (EOFError, OSError):
            print("[worker] connection of %r is gone" % self.user)
        finally:
            if self.user:
                self.state.leave(self.user)
            self.pipe.send("end")
            self.sock.close()

    def next(self):
        """The client's next message; None if the forum closes."""
        ready, _, _ = select.select([self.sock, self.pipe], [], [])
        if self.pipe in ready:
            wire.put(self.sock, "Q", "The administrator closed the forum. Bye!")
            return None
        kind, fields = wire.get(self.sock)
        print({"user": self.user, "kind": kind, "fields": [f[:20] for f in fields[:1]]})
        return kind, fields

    def login(self):
        while not self.user:
            message = self.next()
            if message is None:
                return False
            kind, fields = message
            texts = [field.decode() for field in fields]
            if kind == "U":
                wire.put(self.sock, *self.state.knock(texts[0]))
            elif kind == "P":
                user = self.state.enter(texts[0], texts[1], texts[2] == "new")
                wire.put(self.sock, *user)
                if user[0] == "Y":
                    self.user = texts[0]
        return True

    def command(self):
        message = self.next()
        if message is None:
            return False
        kind, fields = message
        if kind == "X":
            self.state.leave(self.user)
            self.user = ""
            wire.put(self.sock, "Y", "You are signed out.")
            return False
        if kind == "F":
            title, name, content = fields
            answer = self.state.upload(self.user, title.decode(), name.decode(), content)
        else:
            verb, *arguments = [field.decode() for field in fields]
            if verb == "SHT":
                if arguments[0] == self.admin:
                    self.pipe.send("close the forum")
                    return True
                answer = ("N", "Only the administrator may do that.")
            else:
                answer = self.state.do(verb, self.user, arguments)
        wire.put(self.sock, *answer)
        return True


def main():
    if len(sys.argv) != 3:
        raise SystemExit("Usage: python3 server.py PORT ADMIN_PASSWORD")
    manager = StateManager(ctx=fork)
    # Ctrl-C is for this process; the manager is told to end by it.
    manager.start(signal.signal, (signal.SIGINT, signal.SIG_IGN))
    state = manager.State()
    door = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    door.bind(("0.0.0.0", int(sys.argv[1])))
    door.listen()
    print("Forum server, port", sys.argv[1])
    workers = {}  # our end of the pipe -> process
    closing = False
    while not closing or workers:
        for ready in multiprocessing.connection.wait([*workers, *([] if closing else [door])]):
            if ready is door:
                sock, address = door.accept()
                ours, theirs = fork.Pipe()
                process = fork.Process(target=work, args=(sock, theirs, [door, ours, *workers], state))
                process.start()
                workers[ours] = process
                sock.close()
                theirs.close()
                continue
            try:
                word = ready.recv()
            except EOFError:
                word = "end"
            if word == "end":
                workers.pop(ready).join()
                ready.close()
            elif not closing:
                print("The forum closes.")
                closing = True
                state.close()
                for pipe in workers:
                    try:
                        pipe.send("bye")
                    except OSError:
                        pass
    door.close()
    manager.shutdown()
    print("The forum is closed.")


def work(sock, pipe, not_ours, state):
    """The worker's process begins here. Ends of pipes that stay open in it would hide that somebody has ended."""
    for thing in not_ours:
        thing.close()
    Worker(sock, pipe, state, sys.argv[2]).run()


if __name__ == "__main__":
    main()
