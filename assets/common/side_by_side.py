"""The same work in one process or in several, here or over a cluster: results and their order don't depend on it."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from joblib import Parallel, delayed, parallel_config
from threadpoolctl import threadpool_limits

from resources.cluster import join_ray

Result = TypeVar("Result")


def side_by_side(
    function: Callable[..., Result], tasks: Iterable[tuple[Any, ...]], workers: int, on: str = "processes"
) -> list[Result]:
    """``function(*task)`` for every task, in the order of the tasks.

    Args:
        function: deterministic by its arguments, and importable where there are several workers.
        tasks: taken lazily, so that not all of them lie in memory.
        workers: with 1 everything happens in this process. Each computes on one thread.
        on: ``processes`` of this machine, or actors of a Ray cluster, on any of its nodes with a free CPU; no more
            of them than the cluster has CPUs, so that one without a node goes on.

    Raises:
        SettingsError: Ray is asked for and is not installed, or there is no cluster.
        Exception: what a task raised.

    Source:
        joblib manual, "Embarrassingly parallel for loops"; Ray manual, "Distributed Scikit-learn / Joblib". Its memory
        maps are off: they would leave guests' figures in files outside the home.
    """
    if workers == 1:
        return [function(*task) for task in tasks]
    if on == "ray":
        workers = min(workers, join_ray())
        # A CPU each, kept: without this Ray asks for one to place an actor and for none afterwards.
        with parallel_config(backend="ray", ray_remote_args={"num_cpus": 1}):
            results = Parallel(n_jobs=workers, max_nbytes=None)(
                delayed(_on_one_thread)(function, *task) for task in tasks
            )
        return cast("list[Result]", results)
    with parallel_config(backend="loky", inner_max_num_threads=1):
        results = Parallel(n_jobs=workers, max_nbytes=None)(delayed(function)(*task) for task in tasks)
    return cast("list[Result]", results)


def _on_one_thread(function: Callable[..., Result], *task: Any) -> Result:
    with threadpool_limits(1):
        return function(*task)
