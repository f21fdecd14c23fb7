"""A mail server for tests, and the adapter for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from pydantic import SecretStr

from activities.mail.senders import SmtpMail, mail_of
from settings import Settings


@asynccontextmanager
async def mail_server(answers: dict[str, str], port: int = 0) -> AsyncIterator[tuple[int, list[str]]]:
    """A mail server that takes everything, but for the commands named; its port, and the mails that it took.

    A command is named by its first word, or whole: `RCPT TO:<a@b.example>`.
    """
    taken: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError, ConnectionError):
            await talk(reader, writer)
        writer.close()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while said := (await reader.readline()).decode():
            command = said.split()[0].split(":")[0].upper() if said.split() else ""
            answer = answers.get(said.strip(), answers.get(command, "250 fine"))
            if command == "QUIT":
                answer = "221 bye"
            elif command == "DATA" and command not in answers:
                writer.write(b"354 go on\r\n")
                taken.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            writer.write(f"{answer}\r\n".encode())
            await writer.drain()
            if command == "QUIT":
                break

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    async with server:
        yield server.sockets[0].getsockname()[1], taken


def smtp(url: str) -> SmtpMail:
    """A mail adapter for that server."""
    mail = mail_of(Settings(smtp_url=SecretStr(url), mail_from="Kündigung <k@shop.example>"))
    assert isinstance(mail, SmtpMail)
    return mail
