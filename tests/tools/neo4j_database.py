"""A real Neo4j for the checks: the community edition, run as a library from Maven's packages.

Needs a JDK (17 or newer) and Maven.
"""

import json
import os
import subprocess
from pathlib import Path

TOOLS = Path(__file__).parent / "neo4j"

# What Neo4j's own start scripts give the virtual machine.
JAVA = ["java", "-Xmx2g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"] + [
    f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in ("java.nio", "java.io", "sun.nio.ch", "java.lang")
]


def class_path(cache):
    """Neo4j's packages as a class path, downloaded if need be; kept in the file `cache`."""
    cache = Path(cache).resolve()
    if not cache.exists() or cache.stat().st_mtime < (TOOLS / "pom.xml").stat().st_mtime:
        cache.parent.mkdir(parents=True, exist_ok=True)
        command = ["mvn", "--quiet", "--batch-mode", "--file", TOOLS / "pom.xml", "dependency:build-classpath"]
        subprocess.run([*command, f"-Dmdep.outputFile={cache}"], check=True)
    return cache.read_text(encoding="utf-8").strip()


class Neo4j:
    """A database in a folder of its own, closed at the end of a `with`."""

    def __init__(self, home, packages, tables):
        """`tables` is the folder that LOAD CSV reads from."""
        self.home = Path(home)
        self.packages = packages
        self.process = None
        (self.home / "conf").mkdir(parents=True)
        (self.home / "conf" / "neo4j.conf").write_text(
            f"server.directories.import={Path(tables).resolve()}\n"
            "db.import.csv.legacy_quote_escaping=false\n"
            "dbms.usage_report.enabled=false\n"
            "server.memory.pagecache.size=512m\n",
            encoding="utf-8",
        )

    def bulk_import(self, script):
        """Runs import.sh as a user does, with neo4j-admin from the packages; returns what it said."""
        admin = self.home / "neo4j-admin"
        arguments = " ".join([*JAVA, "-cp", '"$NEO4J_CLASS_PATH"', "org.neo4j.cli.AdminTool"])
        admin.write_text(f'#!/bin/sh\nexec {arguments} "$@"\n', encoding="utf-8")
        admin.chmod(0o755)
        environment = {
            **os.environ,
            "NEO4J_ADMIN": str(admin),
            "NEO4J_HOME": str(self.home),
            "NEO4J_CONF": str(self.home / "conf"),
            "NEO4J_CLASS_PATH": self.packages,
        }
        result = subprocess.run([script], env=environment, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise RuntimeError(f"{script} failed:\n{result.stdout}\n{result.stderr}")
        return result.stdout

    def __enter__(self):
        self.process = subprocess.Popen(
            [*JAVA, "-cp", self.packages, TOOLS / "Neo4j.java", self.home],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        return self

    def __exit__(self, *error):
        self.process.stdin.close()
        self.process.wait()

    def query(self, statement):
        """The rows of a statement's answer, as lists."""
        self.process.stdin.write(json.dumps(statement) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("Neo4j ended early; its words are above")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{answer['error']}\nin: {statement}")
        return answer["rows"]

    def run(self, script):
        """Runs a script of statements that each end in a semicolon at the end of a line."""
        for statement in script.split(";\n"):
            if statement.strip():
                self.query(statement)
