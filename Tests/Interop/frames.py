"""HTTP/2 frames by hand (RFC 9113), for clients that do what no library does."""

import socket
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, WINDOW_UPDATE = 0, 1, 3, 4, 6, 8
INITIAL_WINDOW_SIZE = 4
END_STREAM, END_HEADERS = 1, 4
CANCEL = struct.pack(">I", 8)


def frame(kind, flags, stream, payload=b""):
    """One frame."""
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(
        ">I", stream) + payload


def setting(name, value):
    """A SETTINGS frame with one setting."""
    return frame(SETTINGS, 0, 0, struct.pack(">HI", name, value))


def headers(stream, path):
    """The HEADERS of a gRPC call, every field a literal (RFC 7541, section 6.2.2)."""
    fields = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "hostile"),
              ("te", "trailers"), ("content-type", "application/grpc")]
    block = b"".join(
        b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()
        for name, value in fields)
    return frame(HEADERS, END_HEADERS, stream, block)


def message(stream, payload, ends=True):
    """A DATA frame with one gRPC message."""
    body = b"\0" + struct.pack(">I", len(payload)) + payload
    return frame(DATA, END_STREAM if ends else 0, stream, body)


class Connection:
    """A connection that has said its preface; what it sends is dropped once the server has gone."""

    def __init__(self, address, *first):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=2)
        self.is_open = True
        self.next_stream = 1
        self.send(PREFACE + (b"".join(first) or frame(SETTINGS, 0, 0)))

    def send(self, data):
        """Sends all of it, or notes that the server has closed or takes no more."""
        if not self.is_open:
            return
        try:
            self.socket.sendall(data)
        except OSError:
            self.is_open = False

    def drop_answers(self):
        """Reads what has come, and forgets it."""
        self.socket.setblocking(False)
        try:
            while self.socket.recv(65536):
                pass
            self.is_open = False
        except BlockingIOError:
            pass
        except OSError:
            self.is_open = False
        finally:
            self.socket.settimeout(2)

    def stream(self):
        """The next stream's number."""
        self.next_stream += 2
        return self.next_stream - 2

    def close(self):
        """Closes without a word."""
        self.socket.close()
