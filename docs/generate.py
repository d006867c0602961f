"""Write the pages that are made from the code's tables; `--check`: only say which are old; `--picture`: run.svg too."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from forum.describe import describe
from harness.author.saboteur import bases, load_saboteurs, make
from harness.grade.rubric import add_up, load_rubric
from harness.judge.judge import judge
from harness.players import blob_reader
from harness.recording import Recording
from harness.report.console import svg
from harness.report.report import Played, Report
from harness.scenario.language import language_page
from harness.scenario.loader import scenario_from
from harness.scenario.schema import schema_text

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
PAGES = {"scenario-language.md": language_page, "scenario.schema.json": schema_text, "protocol.md": describe}
COMMAND = "run scenarios/first.yaml scenarios/exit.yaml --subject my-forum"


def picture(home: Path) -> str:
    """The README's first scenario and some more, played in `home` against a client with one fault, as SVG."""
    shutil.copytree(ROOT / "scenarios", home / "scenarios")
    shutil.copy(ROOT / "credentials.txt", home)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (home / "scenarios" / "first.yaml").write_text(readme.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    wrong = load_saboteurs([ROOT / "tests" / "saboteurs" / "shutdown-heard-at-next-command"])[0]
    make(wrong, bases([wrong.folder])[wrong.about.base], home / "my-forum")
    subprocess.run([sys.executable, "-m", "harness", *COMMAND.split()], cwd=home, capture_output=True, check=False)
    plays = []
    for file in sorted((home / ".harness" / "recordings").glob("*.jsonl")):
        recording = Recording.load(file)
        scenario = scenario_from(recording.began)
        outcome = judge(scenario, recording, blob_reader(file.parent / "blobs"))
        plays.append(Played(replace(outcome, recording=str(file.relative_to(home))), scenario, recording))
    marks = add_up(load_rubric(home / "scenarios" / "rubric.yaml"), [play.outcome for play in plays])
    report = Report(plays, marks, sum(p.outcome.seconds for p in plays), "my-forum", "box", 0, "--subject my-forum")
    # Without the fonts that it would fetch from elsewhere: each letter has its place anyway.
    return re.sub(r"@font-face \{.*?\}\s*", "", svg(report, title=f"harness {COMMAND}"), flags=re.DOTALL)


if __name__ == "__main__":
    pages = {DOCS / page: text() for page, text in PAGES.items()}
    if "--picture" in sys.argv:
        with TemporaryDirectory() as folder:
            pages[DOCS / "run.svg"] = picture(Path(folder))
    old = [page for page, text in pages.items() if not page.exists() or page.read_text(encoding="utf-8") != text]
    for page in old:
        print(f"docs/{page.name}: {'not up to date' if '--check' in sys.argv else 'written'}")
        if "--check" not in sys.argv:
            page.write_text(pages[page], encoding="utf-8")
    sys.exit("--check" in sys.argv and bool(old))
