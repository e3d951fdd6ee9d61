#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The demo's network cable: passes connections on to a hub until it is pulled.

    demo_line.py HUB_PORT PORT_FILE     writes its own port into PORT_FILE
    kill -USR1 pulls the cable, kill -USR2 puts it back
"""
import asyncio
import signal
import sys

hub_port, port_file = int(sys.argv[1]), sys.argv[2]
pulled = False
lines = set()


async def copy(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def serve(reader, writer):
    if pulled:
        writer.transport.abort()
        return
    try:
        hub_reader, hub_writer = await asyncio.open_connection("127.0.0.1", hub_port)
    except OSError:
        writer.transport.abort()
        return
    ends = {writer, hub_writer}
    lines.update(ends)
    await asyncio.gather(copy(reader, hub_writer), copy(hub_reader, writer))
    lines.difference_update(ends)


def pull():
    global pulled
    pulled = True
    for writer in lines:
        writer.transport.abort()


def put_back():
    global pulled
    pulled = False


async def main():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, pull)
    loop.add_signal_handler(signal.SIGUSR2, put_back)
    loop.add_signal_handler(signal.SIGTERM, loop.stop)
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    with open(port_file + ".new", "w", encoding="ascii") as file:
        file.write(str(server.sockets[0].getsockname()[1]))
    import os

    os.rename(port_file + ".new", port_file)
    await server.serve_forever()


try:
    asyncio.run(main())
except RuntimeError:
    pass  # stopped
