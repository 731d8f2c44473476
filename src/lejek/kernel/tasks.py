"""The lease queue behind the interface of `django.tasks`.

In: functions under `@task`, enqueued. Out: jobs that a worker does.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, ParamSpec, TypeVar

from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskError, TaskResult, TaskResultStatus
from django_tasks.exceptions import InvalidTaskError, TaskResultDoesNotExist
from django_tasks.utils import normalize_json

from lejek.kernel import clock
from lejek.kernel.jobs import OFFERED, enqueue
from lejek.kernel.models import Job

T = TypeVar("T")
P = ParamSpec("P")

_STATUS = {
    Job.Status.READY: TaskResultStatus.READY,
    Job.Status.RUNNING: TaskResultStatus.RUNNING,
    Job.Status.DONE: TaskResultStatus.SUCCESSFUL,
    Job.Status.DEAD: TaskResultStatus.FAILED,
}


_NAMELESS = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}


class LeaseBackend(BaseTaskBackend):
    """Enqueues tasks as jobs, in the caller's transaction."""

    supports_defer = True
    supports_get_result = True
    supports_priority = True

    def enqueue(self, task: Task[P, T], args: P.args, kwargs: P.kwargs) -> TaskResult[T]:  # type: ignore[valid-type]
        """Put a task into the queue.

        Raises: InvalidTaskError when the arguments do not fit the function.
        """
        self.validate_task(task)
        now = clock.now()
        job = enqueue(
            task.module_path,
            _by_name(task, args, kwargs),
            now=now,
            queue=task.queue_name,
            run_after=task.run_after,
            priority=task.priority,
        )
        if job is None:
            raise InvalidTaskError("the job could not be put into the queue")
        return self._result(job, task)

    def get_result(self, result_id: str) -> TaskResult[Any]:
        """What became of a task.

        Raises: TaskResultDoesNotExist.
        """
        job = Job.objects.filter(id=int(result_id)).first() if result_id.isdecimal() else None
        if job is None:
            raise TaskResultDoesNotExist(result_id)
        task = import_string(job.task_path)
        if not isinstance(task, Task):
            raise TaskResultDoesNotExist(result_id)
        return self._result(job, task)

    def _result(self, job: Job, task: Task[P, T]) -> TaskResult[T]:
        result: TaskResult[T] = TaskResult(
            task=task,
            id=str(job.id),
            status=_STATUS[Job.Status(job.status)],
            enqueued_at=job.enqueued_at,
            started_at=job.started_at,
            last_attempted_at=job.started_at,
            finished_at=job.finished_at,
            args=[],
            kwargs=job.arguments,
            backend=self.alias,
            errors=_errors(job),
            worker_ids=[f"attempt {number}" for number in range(1, job.attempt + 1)],
        )
        # The interface offers no other way to fill it: the field is not part of the constructor.
        object.__setattr__(result, "_return_value", job.result)
        return result


def _by_name(
    task: Task[Any, Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """The arguments by name: jobs know no positions."""
    function = inspect.signature(task.func)
    given = [*(["context"] if task.takes_context else []), *args]
    try:
        bound = function.bind_partial(*given, **kwargs).arguments
    except TypeError as error:
        raise InvalidTaskError(f"{task.module_path}: {error}") from None
    kinds = {function.parameters[name].kind for name in bound}
    if kinds & _NAMELESS:
        raise InvalidTaskError(f"{task.module_path} takes arguments without a name")
    bound.pop("context", None)
    missing = [
        parameter.name
        for parameter in function.parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in _NAMELESS
        and parameter.name not in {*bound, *OFFERED, *given[: int(task.takes_context)]}
    ]
    if missing:
        raise InvalidTaskError(f"{task.module_path} needs {', '.join(missing)}")
    named: dict[str, Any] = normalize_json(bound)
    return named


def _errors(job: Job) -> list[TaskError]:
    if not job.error:
        return []
    last = job.error.rstrip().rsplit("\n", 1)[-1].split(":", 1)[0].strip()
    path = last if "." in last else f"builtins.{last}"
    return [TaskError(exception_class_path=path, traceback=job.error)]
