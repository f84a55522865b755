"""The same work in one process or in several: the results and their order don't depend on it."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from joblib import Parallel, delayed, parallel_config

Result = TypeVar("Result")


def side_by_side(function: Callable[..., Result], tasks: Iterable[tuple[Any, ...]], workers: int) -> list[Result]:
    """``function(*task)`` for every task, in the order of the tasks.

    Args:
        function: deterministic by its arguments, and importable where there are several workers.
        tasks: taken lazily, so that not all of them lie in memory.
        workers: processes; with 1 everything happens in this one. Each computes on one thread.

    Raises:
        Exception: what a task raised.

    Source:
        joblib manual, "Embarrassingly parallel for loops". Its memory maps are off: they would leave guests' figures
        in files outside the home.
    """
    if workers == 1:
        return [function(*task) for task in tasks]
    with parallel_config(backend="loky", inner_max_num_threads=1):
        found = Parallel(n_jobs=workers, max_nbytes=None)(delayed(function)(*task) for task in tasks)
    return cast("list[Result]", found)
