"""Online discussion forum, the server.

python3 Server.py server_port admin_password
"""

import socket
import sys
import threading

from Heartbeat import Heartbeat
from Packets import readBytes, readPacket, writePacket
from ThreadStore import ForumError, ThreadStore
from UserStore import UserStore

FIELDS = {  # in the order in which the methods of ThreadStore take them
    "CRT": ["title"], "MSG": ["title", "message"], "DLT": ["title", "number"], "LST": [],
    "EDT": ["title", "number", "message"], "RDT": ["title"], "RMV": ["title"],
}


class Server:
    def __init__(self, port, adminPassword):
        self.adminPassword = adminPassword
        self.users = UserStore()
        self.threads = ThreadStore()
        self.oneCommand = threading.Lock()
        self.finished = threading.Event()
        self.heartbeat = Heartbeat(port)
        self.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("", port))
        self.listener.listen(64)

    def run(self):
        self.heartbeat.start()
        threading.Thread(target=self.acceptClients, daemon=True).start()
        print("Server is up", flush=True)
        self.finished.wait()
        self.heartbeat.announceEnd(patience=5)
        print("Server is down", flush=True)

    def acceptClients(self):
        while True:
            sock, address = self.listener.accept()
            print("Client", address, "arrived", flush=True)
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        user = None
        try:
            user = self.login(sock)
            while self.execute(sock, user, readPacket(sock)):
                pass
        except (OSError, ValueError, KeyError) as e:
            print("Client", user or "(not logged in)", "lost:", repr(e), flush=True)
        finally:
            if user:
                self.users.leave(user, sock)
            sock.close()

    def login(self, sock):
        while True:
            username = readPacket(sock)["username"]
            if self.users.isActive(username):
                print(username, "tried to log in twice", flush=True)
                writePacket(sock, status="failed", text="This account is in use on another terminal")
                continue
            isNew = not self.users.exists(username)
            writePacket(sock, status="new" if isNew else "known")
            password = readPacket(sock)["password"]
            problem = self.locked(self.users.enter, username, password, isNew, sock)
            print("Login of", username, "-", problem or "successful", flush=True)
            if not problem:
                writePacket(sock, status="ok", text="You are logged in as " + username)
                return username
            writePacket(sock, status="failed", text=problem)

    def execute(self, sock, user, packet):
        command = packet["cmd"]
        print(user, "sent", command, flush=True)
        if command == "XIT":
            self.users.leave(user, sock)
            writePacket(sock, status="ok", text="Thank you for coming, " + user)
            return False
        if command == "SHT" and packet["password"] == self.adminPassword:
            self.shutDown(sock)
            return False
        try:
            if command == "SHT":
                raise ForumError("You are not the admin, wrong password")
            if command == "UPD":
                self.locked(self.threads.checkUpload, packet["title"], packet["file"])
                writePacket(sock, status="send")
                content = readBytes(sock, int(readPacket(sock)["size"]))
                text = self.locked(self.threads.upload, user, packet["title"], packet["file"], content)
                writePacket(sock, status="ok", text=text)
            elif command == "DWN":
                content = self.locked(self.threads.download, packet["title"], packet["file"])
                writePacket(sock, content, status="ok", text="OK, file downloaded", size=0)
            else:
                method = getattr(self.threads, command)
                text = self.locked(method, user, *[packet[field] for field in FIELDS[command]])
                writePacket(sock, status="ok", text=text)
        except ForumError as e:
            writePacket(sock, status="failed", text=str(e))
        return True

    def shutDown(self, sock):
        """Delete everything and answer; the other clients learn of it from their heartbeats."""
        with self.oneCommand:
            self.threads.destroy()
            self.users.destroy()
            try:
                writePacket(sock, status="ok", text="The server shuts down now, goodbye")
            finally:
                self.finished.set()

    def locked(self, method, *arguments):
        """Run this while no other client's command runs; at the end of the forum, not at all."""
        with self.oneCommand:
            if self.finished.is_set():
                raise ConnectionError("the forum is closed")
            return method(*arguments)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    Server(int(sys.argv[1]), sys.argv[2]).run()
