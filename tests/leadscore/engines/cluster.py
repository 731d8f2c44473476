"""A Spark cluster of its own on loopback: a master and two workers, started and stopped by pid."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyspark

HOME = Path(pyspark.__file__).parent
MASTER = "org.apache.spark.deploy.master.Master"
WORKER = "org.apache.spark.deploy.worker.Worker"
PATIENCE_SECONDS = 120


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Cluster:
    """The processes of a cluster, each the leader of a process group of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.master = f"spark://127.0.0.1:{free_port()}"
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        """Starts the master and two workers of one core each, and waits until they have met."""
        port = self.master.rpartition(":")[2]
        self._run("master", MASTER, "--port", port, "--webui-port", str(free_port()))
        for name in ("worker-1", "worker-2"):
            work = self._folder / name
            sizes = ("--cores", "1", "--memory", "700m", "--work-dir", str(work))
            self._run(name, WORKER, *sizes, "--webui-port", str(free_port()), self.master)
        for name in ("worker-1", "worker-2"):
            self._wait_for(name, "Successfully registered with master")

    def kill(self, name: str) -> int:
        """Kills a worker with its executor, without a warning.

        Returns: how many processes that were.
        """
        leader = self._processes[name]
        members = [int(each) for each in _group(leader.pid)]
        os.killpg(leader.pid, signal.SIGKILL)
        leader.wait(PATIENCE_SECONDS)
        return len(members)

    def stop(self) -> None:
        """Ends what is still running."""
        for process in reversed(self._processes.values()):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self._processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _run(self, name: str, role: str, *arguments: str) -> None:
        environment = os.environ | {
            "SPARK_HOME": str(HOME),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_DAEMON_JAVA_OPTS": "-XX:+UseSerialGC -XX:TieredStopAtLevel=1",
            "PYSPARK_PYTHON": sys.executable,
        }
        with self._log(name).open("wb") as log:
            self._processes[name] = subprocess.Popen(
                [HOME / "bin" / "spark-class", role, "--host", "127.0.0.1", *arguments],
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _log(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def _wait_for(self, name: str, words: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not re.search(words, self._log(name).read_text()):
            if time.monotonic() > deadline or self._processes[name].poll() is not None:
                raise TimeoutError(f"{name} has not come up: {self._log(name).read_text()}")
            time.sleep(0.2)


def _group(leader: int) -> list[str]:
    """The processes of a process group, by the kernel's own list."""
    members = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == leader:
            members.append(status.parent.name)
    return members


@contextmanager
def running_cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster for the time of a test."""
    cluster = Cluster(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
