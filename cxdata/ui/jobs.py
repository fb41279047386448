"""Imports that run beside the page: files go in one after the other while the reader sees how far they are.

In: what to import. Out: a Job in the session, shown with its progress until it is done or stopped.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from cxdata import alert_records, alerting, containers, importing
from cxdata.care import scoring
from cxdata.errors import CxError
from cxdata.i18n import _
from cxdata.importing import Outcome
from cxdata.progress import Cancelled, Progress
from cxdata.store import Store
from cxdata.ui import look, state
from cxdata.understanding import Choices

SOON = 1.0  # seconds that a small import takes: it is done before a bar would appear


@dataclass(frozen=True)
class Task:
    """One file as it was dropped, or one table of it, with the reader's choices."""

    file: Any
    choices: Choices


class Job:
    """Some files that go in, in a thread of their own. `results`: of each file its outcome or what was wrong."""

    def __init__(self, store: Store, tasks: Sequence[Task], by: str) -> None:
        self.tasks, self.results, self.progress = tasks, list[Outcome | CxError](), Progress()
        self._cancelled = False
        self.thread = threading.Thread(target=self._run, args=(store, by), name="import", daemon=True)
        self.thread.start()

    def _run(self, store: Store, by: str) -> None:
        with following(store):
            self._import(store, by)

    def _import(self, store: Store, by: str) -> None:
        for task in self.tasks:
            if self._cancelled:
                return
            self.progress = Progress()
            try:
                with tempfile.TemporaryDirectory() as folder:
                    self.results.append(
                        importing.import_file(
                            store, on_disk(task.file, folder), task.choices, name=task.file.name, by=by,
                            progress=self.progress,
                        )
                    )  # fmt: skip
            except CxError as error:
                self.results.append(error)
            except Exception as error:  # a fault of ours; the page says so and the log has it
                self.results.append(
                    CxError("{file} could not be imported: {reason}", file=task.file.name, reason=error)
                )
                raise

    @property
    def is_running(self) -> bool:
        return self.thread.is_alive()

    @property
    def now(self) -> Task:
        """The file that goes in now."""
        return self.tasks[min(len(self.results), len(self.tasks) - 1)]

    @property
    def fraction(self) -> float:
        return min((len(self.results) + self.progress.fraction) / len(self.tasks), 1.0)

    def cancel(self) -> None:
        """Stop the file that goes in now, and those after it."""
        self._cancelled = True
        self.progress.cancel()


@contextmanager
def following(store: Store | None = None) -> Iterator[Store]:
    """A store (the organisation's own) while it is changed; at the end its alerts are evaluated and its customers scored."""
    found = store or state.own_store()
    with alerting.following(found, check_alerts):
        yield found
    scoring.ensure(found)


def check_alerts(store: Store) -> None:
    """Evaluate the alerts and send what is due, in a thread of its own: nobody waits for it, and nothing fails with it.

    Those of the sample are evaluated at once, and send nothing.
    """
    if not alert_records.alerts(store):
        return
    if store is state.own_store():
        threading.Thread(target=alerting.check_aside, args=(store,), name="alerts", daemon=True).start()
    else:
        alerting.check(store, ())


def on_disk(file: Any, folder: str, *, head: bool = False) -> Path:
    """A dropped file, written into a folder; with `head` a large text no further than a preview reads."""
    path, content = Path(folder) / "upload.csv", file.getbuffer()
    if head and not containers.is_packed(bytes(content[:16])):
        content = content[: containers.HEAD_BYTES + 1]
    path.write_bytes(content)
    return path


def start(tasks: Sequence[Task]) -> None:
    """Begin to import; a small file is done when this returns."""
    job = Job(state.own_store(), tasks, who())
    st.session_state["_job"] = job
    job.thread.join(SOON)
    st.rerun()


def who() -> str:
    """The reader's address, where the dashboard knows its readers."""
    return str(st.user.get("email") or st.user.get("name") or "") if st.user.get("is_logged_in") else ""


def running() -> bool:
    """Show the job that runs, or what it has done; whether one runs."""
    job: Job | None = st.session_state.get("_job")
    if job is None:
        return False
    if job.is_running:
        st.fragment(_bar, run_every=0.5)()
        return True
    done, failed = list[Outcome](), list[CxError]()
    for result in job.results:
        if isinstance(result, CxError):
            failed.append(result)
        else:
            done.append(result)
    st.session_state["_imported"], st.session_state["_failed"] = done, failed
    del st.session_state["_job"]
    return False


def _bar() -> None:
    state.use_language()
    job: Job | None = st.session_state.get("_job")
    if job is None or not job.is_running:
        st.rerun()
    fraction = job.fraction
    left, right = st.columns([5, 1], vertical_alignment="center")
    text = _("{file}: {step}", file=job.now.file.name, step=_(job.progress.step))
    left.progress(fraction, look.plain(f"{round(100 * fraction)} % · {text}"))
    right.button(_("Stop"), icon=":material/stop_circle:", key="stop_import", on_click=job.cancel, width="stretch")


def failures() -> None:
    """What could not go in, and what was stopped."""
    for error in st.session_state.get("_failed", []):
        if isinstance(error, Cancelled):
            st.info(look.said(error), icon=":material/stop_circle:")
        else:
            st.error(look.said(error), icon=":material/error:")
