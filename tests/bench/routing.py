"""How well routing understands questions that it was never taught, and what that costs.

The questions of `tests/bench/questions` were written apart from those that teach the machine; nobody tunes on them.
The ratio is how long a question takes by the classifier, beside reading it with the vocabulary alone in the same run.
Memory and start are those of a routing service beside the one that runs, on embedded servers.
"""

import asyncio
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil

from deploy.embedded import LOOPBACK
from deploy.embedded.installation import RunningStack
from deploy.embedded.ports import free_block
from deploy.embedded.process import HOME
from deploy.embedded.supervisor import Stack
from services.routing.classifying import corpus
from services.routing.classifying.classification import Classification
from services.routing.classifying.classifier import Classifier
from services.routing.classifying.corpus import Labelled
from services.routing.classifying.lessons import Lesson
from services.routing.classifying.vocabulary import classifier_for, shared_vocabulary
from shared.communes import PROFILES, read_profile
from shared.contracts.taxonomy import QuestionField, Scope
from tests.bench.load import percentile

QUESTIONS = Path(__file__).parent / "questions"
COMMUNE = "thanh-tri"
TO_PEOPLE = 0.2
CORRECTIONS = 50
BINS = 10
PERIOD = 5
"""Times that all questions are read for the time of one."""


async def measure(questions: Path = QUESTIONS, service: bool = True) -> dict[str, Any]:
    """Shares between 0 and 1; times in milliseconds, of one question on one core; memory in MB.

    Args:
        questions: folder of the texts that measure.
        service: whether a real service is started, too.
    """
    classifier = classifier_for(read_profile(PROFILES / f"{COMMUNE}.yaml"))
    held_out = corpus.questions(questions)
    found = [(one, classifier.classify(one.text)) for one in held_out]
    return {
        "bench": "routing",
        "questions": len(held_out),
        **_fields([(one, told) for one, told in found if one.scope is Scope.IN_SCOPE]),
        **_scopes(found),
        **_matters(classifier, questions),
        **_policies(classifier, held_out),
        **_times(classifier, [one.text for one in held_out]),
        **(await _service() if service else {}),
        "cores": os.cpu_count(),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "date": time.strftime("%Y-%m-%d"),
    }


Found = tuple[Labelled, Classification]


def _fields(found: Sequence[Found]) -> dict[str, float]:
    """Of questions in scope. unsure: those that go to a person by the commune's threshold."""
    right = np.array([told.field is one.field for one, told in found])
    sure = np.array([told.confidence for _, told in found])
    third = [any(proposal.field is one.field for proposal in told.proposals) for one, told in found]
    kept = np.argsort(-sure, kind="stable")[: round(len(found) * (1 - TO_PEOPLE))]
    by_itself = np.array([not told.triage for _, told in found])
    return {
        "top_1": _share(right),
        "top_3": _share(third),
        "calibration_error": round(_calibration_error(right, sure), 4),
        "right_when_20_percent_go_to_people": _share(right[kept]),
        "to_people_by_threshold": _share(~by_itself),
        "right_of_the_rest": _share(right[by_itself]),
    }


def _calibration_error(right: np.ndarray, sure: np.ndarray) -> float:
    """How far, on average, confidence is from what turned out, in ten bins of the same width."""
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    return sum(
        abs(float(right[place == one].mean()) - float(sure[place == one].mean())) * float((place == one).mean())
        for one in range(BINS)
        if (place == one).any()
    )


def _scopes(found: Sequence[Found]) -> dict[str, float]:
    """recall: of what is one, what is flagged as either. precision: of what is flagged, what is either."""
    flagged = np.array([told.scope is not Scope.IN_SCOPE for _, told in found])
    said = np.array([told.scope.value for _, told in found])
    meant = {scope: np.array([one.scope is scope for one, _ in found]) for scope in Scope}
    exact = np.array([told.scope is one.scope for one, told in found])
    outside = ~meant[Scope.IN_SCOPE]
    return {
        "complaint_recall": _share(flagged[meant[Scope.COMPLAINT]]),
        "denunciation_recall": _share(flagged[meant[Scope.DENUNCIATION]]),
        "complaint_precision": _share(meant[Scope.COMPLAINT][said == Scope.COMPLAINT]),
        "denunciation_precision": _share(meant[Scope.DENUNCIATION][said == Scope.DENUNCIATION]),
        "flagged_recall": _share(flagged[outside]),
        "flagged_precision": _share(outside[flagged]),
        "which_of_the_two": _share(exact[outside & flagged]),
    }


def _matters(classifier: Classifier, questions: Path) -> dict[str, float]:
    """Of questions whose matters go to different departments, those that are proposed to be split.

    Of long stories about one matter, those that are not.
    """
    office = read_profile(PROFILES / f"{COMMUNE}.yaml")
    several = [
        bool(classifier.classify(one.text).matters)
        for one in corpus.several(questions)
        if len({office.department_for(field).id for field, _ in one.parts}) > 1
    ]
    single = [not classifier.classify(one.text).matters for one in corpus.one_matter(questions)]
    return {"several_matters_found": _share(several), "one_matter_left_whole": _share(single)}


def _policies(classifier: Classifier, held_out: Sequence[Labelled]) -> dict[str, float]:
    """A commune gives each field, one after the other, to a department that is not its own, and corrects 50 questions.

    The corrections are texts that teach the machine anyway; what holds is asked of texts that do not.
    """
    judged: list[tuple[bool, bool, float]] = []
    training = [one for one in corpus.questions() if one.scope is Scope.IN_SCOPE]
    asked = [one for one in held_out if one.scope is Scope.IN_SCOPE]
    before = _share([classifier.classify(one.text).field is one.field for one in asked])
    began = datetime(2026, 1, 5, 2, tzinfo=UTC)
    office = read_profile(PROFILES / f"{COMMUNE}.yaml")
    own = {field: office.department_for(field).id for field in QuestionField}
    for field in QuestionField:
        elsewhere = "cong-an" if own[field] != "cong-an" else "van-phong"
        texts = _spread([one.text for one in training if one.field is field], CORRECTIONS)
        lessons = [Lesson(text, field, elsewhere, began + timedelta(hours=n)) for n, text in enumerate(texts)]
        taught = classifier.taught(lessons)
        for one in asked:
            now, like = taught.classify(one.text), one.field is field
            right = now.field is one.field and now.department == (elsewhere if like else own[one.field])
            judged.append((like, right, now.confidence))
    alike, right, sure = (np.array(column) for column in zip(*judged, strict=True))
    return {
        "policy_after_50_corrections": _share(right[alike]),
        "unlike_right_after": _share(right[~alike]),
        "right_before": before,
        "calibration_error_after_corrections": round(_calibration_error(right, sure), 4),
    }


def _spread(texts: Sequence[str], number: int) -> list[str]:
    """So many of them, from beginning to end: neighbours in a file are often about the same."""
    return [texts[place * len(texts) // number] for place in range(number)]


def _times(classifier: Classifier, texts: Sequence[str]) -> dict[str, float]:
    """Beside the same words read with the vocabulary alone."""
    words = Classifier(shared_vocabulary(), {field: field.value for field in QuestionField})
    for text in texts[:100]:
        classifier.classify(text)
        words.classify(text)
    ours, plain = [], []
    for _ in range(PERIOD):
        ours += _each(classifier.classify, texts)
        plain += _each(words.classify, texts)
    return {
        "question_p50_ms": round(percentile(ours, 0.5) * 1000, 3),
        "question_p95_ms": round(percentile(ours, 0.95) * 1000, 3),
        "vocabulary_p50_ms": round(percentile(plain, 0.5) * 1000, 3),
        "ratio": round(sum(ours) / sum(plain), 2),
    }


def _each(classify: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    took = []
    for text in texts:
        began = time.perf_counter()
        classify(text)
        took.append(time.perf_counter() - began)
    return took


async def _service() -> dict[str, float]:
    """A second routing, until it is ready; and its memory then."""
    with tempfile.TemporaryDirectory(prefix="doithoai-bench-") as folder:
        ports = free_block()
        stack = Stack(Path(folder), ports.base, "real", services=("routing",))
        running = await stack.start()
        try:
            return await _second(running, ports["console"])
        finally:
            await stack.stop()


async def _second(running: RunningStack, port: int) -> dict[str, float]:
    settings = {"NATS_URL": running.nats_url, "MONGO_URL": running.mongo_url, "DOITHOAI_SERVICE_PORT": str(port)}
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services", "run", "routing"), cwd=HOME, env={**os.environ, **settings}
    )
    try:
        async with (
            httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{port}", trust_env=False) as http,
            asyncio.timeout(60),
        ):
            while not await _is_ready(http):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.02)
        ready = time.perf_counter() - began
        memory = psutil.Process(process.pid).memory_info().rss
        return {"ready_s": round(ready, 2), "memory_mb": round(memory / 1e6)}
    finally:
        process.terminate()
        await process.wait()


async def _is_ready(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


def _share(of: Sequence[bool] | np.ndarray) -> float:
    return round(float(np.mean(of)), 4) if len(of) else 0.0
