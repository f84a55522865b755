"""The small tree of errors. Every message says what was got, what was expected, and what to do next."""


class PipelineError(Exception):
    """Base of everything Stayworth raises on purpose."""


class ContractError(PipelineError, ValueError):
    """A frame, array or file does not have the promised shape."""


class SettingsError(PipelineError, ValueError):
    """A setting is unknown or makes no sense; names the setting and the allowed values."""


class SourceError(PipelineError):
    """A delivery can't be read at all (missing folder, truncated archive, missing column)."""


class StorageError(PipelineError):
    """A folder of the pipeline can't be written (disk full, read-only, no right); what is stored stays as it is."""


class NotFittedError(PipelineError):
    """A fitted record is needed that no run has fitted yet."""


class PrivacyError(PipelineError):
    """A privacy guarantee would be broken: k not reached, budget spent, ledger lost, key missing."""


def told(error: BaseException) -> str:
    """What an error says; its kind where it says nothing (a failed assertion, a lost connection)."""
    return str(error).strip() or f"{type(error).__name__}, without a message"
