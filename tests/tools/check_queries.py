#!/usr/bin/env python3
"""Asks the questions of docs/queries.md: in Cypher of Neo4j and Ladybug, in SPARQL of Oxigraph.

    check_queries.py FOLDER            compare every answer with the one in the document
    check_queries.py FOLDER --update   write the answers that all three agree on into the document

FOLDER is what `papergraph build` writes for the sample. Needs: pip install ladybug pyoxigraph, a JDK (17 or newer) and
Maven, which downloads Neo4j.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

import ladybug
import pyoxigraph

from neo4j_database import Neo4j, class_path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "queries.md"

# A question: its heading, a block of Cypher, one of SPARQL, and the table of its answer.
QUESTION = re.compile(
    r"^## (?P<title>.*?)\n.*?```cypher\n(?P<cypher>.*?)```.*?```sparql\n(?P<sparql>.*?)```\n\n(?P<answer>(?:\|[^\n]*\n)*)",
    re.DOTALL | re.MULTILINE,
)
PREFIXES = re.compile(r"```sparql\n((?:PREFIX .*\n)+)```")


class LadybugDatabase:
    def __init__(self, folder, scratch):
        self.connection = ladybug.Connection(ladybug.Database(str(Path(scratch, "papers.lbug"))))
        before = Path.cwd()
        os.chdir(folder / "ladybug")
        for script in ("schema.cypher", "copy.cypher"):
            self.connection.execute(Path(script).read_text(encoding="utf-8"))
        os.chdir(before)

    def query(self, statement):
        return list(self.connection.execute(statement))


class Oxigraph:
    def __init__(self, folder, prefixes):
        self.prefixes = prefixes
        self.store = pyoxigraph.Store()
        self.store.bulk_load(path=folder / "graph.nt", format=pyoxigraph.RdfFormat.N_TRIPLES)

    def query(self, statement):
        return [[value(term) for term in solution] for solution in self.store.query(self.prefixes + statement)]


def value(term):
    """What a term of RDF says, as Python has it."""
    if term is None:
        return None
    kind = term.datatype.value.rpartition("#")[2]
    if kind == "integer":
        return int(term.value)
    return float(term.value) if kind in ("double", "decimal") else term.value


def cell(item):
    """A value as the document shows it."""
    if isinstance(item, float):
        return f"{item:.2f}"
    return "" if item is None else str(item).replace("|", "\\|")


def table(columns, rows):
    lines = [columns, ["---"] * len(columns), *([cell(item) for item in row] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def columns_of(sparql):
    """Names of the columns, from SELECT."""
    selected = re.search(r"SELECT(?: DISTINCT)?(.*?)WHERE", sparql, re.DOTALL).group(1)
    return re.findall(r"AS \?(\w+)|(?<!\()\?(\w+)", re.sub(r"\((?:[^()]|\([^()]*\))*?AS (\?\w+)\)", r"\1", selected))


def with_answer(question, answers):
    """The text of a question with its new answer; the old one where there is none."""
    before = question[0].removesuffix(question["answer"])
    if question["title"] not in answers:
        return question[0]
    return before + answers[question["title"]] + ("" if question["answer"] else "\n")


def main():
    folder = Path(sys.argv[1]).resolve()
    update = "--update" in sys.argv[2:]
    text = DOCUMENT.read_text(encoding="utf-8")
    questions = list(QUESTION.finditer(text))
    faults = [] if len(questions) == 15 else [f"{len(questions)} questions instead of 15"]
    answers = {}
    with tempfile.TemporaryDirectory() as scratch:
        database = Neo4j(Path(scratch, "neo4j"), class_path(ROOT / "target" / "neo4j" / "classpath"), folder / "neo4j")
        database.bulk_import(folder / "neo4j" / "import.sh")
        with database:
            engines = [
                ("Neo4j", "cypher", database),
                ("Ladybug", "cypher", LadybugDatabase(folder, scratch)),
                ("Oxigraph", "sparql", Oxigraph(folder, PREFIXES.search(text).group(1))),
            ]
            for question in questions:
                columns = [first or second for first, second in columns_of(question["sparql"])]
                for name, language, engine in engines:
                    try:
                        answer = table(columns, engine.query(question[language]))
                    except (RuntimeError, SyntaxError, ValueError) as error:
                        faults.append(f"{question['title']}: {name}: {error}")
                        continue
                    expected = answers.setdefault(question["title"], answer) if update else question["answer"]
                    if answer != expected:
                        faults.append(f"{question['title']}: {name} answers\n{answer}instead of\n{expected}")
                    elif answer.count("\n") == 2:
                        faults.append(f"{question['title']}: {name} finds nothing")
    if update:
        DOCUMENT.write_text(QUESTION.sub(lambda found: with_answer(found, answers), text), encoding="utf-8")
    print(f"{len(questions)} questions of three databases:", "\n".join(faults) or "as docs/queries.md")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
