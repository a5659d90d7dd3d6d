"""What every server says, spoken once for all servers of the stories: it is much of what their starts take.

``python -m tests.scenarios.spoken FOLDER`` speaks what is not in the folder yet.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from huntline.languages.mailbox import fixed_sentences
from huntline.languages.said import goodbye
from huntline.languages.speaking import SPOKEN_LANGUAGES
from huntline.languages.waiting import place_sentences, waited_sentences
from huntline.media.prompts.speech import Speech


@contextlib.contextmanager
def beside(folder: Path) -> Iterator[None]:
    """Speak in a process of its own meanwhile."""
    with subprocess.Popen([sys.executable, "-m", __name__, str(folder)]) as process:
        try:
            yield
        finally:
            process.terminate()


async def _speak(folder: Path) -> None:
    sentences = [(text, language) for language in SPOKEN_LANGUAGES for text in fixed_sentences(language)]
    sentences += [(goodbye(language), language) for language in SPOKEN_LANGUAGES]
    sentences += [(text, "en") for text in (*place_sentences("en"), *waited_sentences("en"))]
    speech = Speech(folder)
    speech.prepare(sentences)
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})  # that is what prepares them


if __name__ == "__main__":
    asyncio.run(_speak(Path(sys.argv[1])))
