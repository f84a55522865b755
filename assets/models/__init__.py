"""The models room: what will a pseudo-customer be worth, does the text of their reviews help, and why?

Inputs: ``stays`` and booking-review pairs, embeddings, anomaly scores, polarity.
Grain: examples are (protocol, customer, T); predictions (protocol, model, repeat, fold, customer, T); scores
(customer, as-of day).
Method: gated fusion of a behaviour and a text encoder (paper 001, section 2.8) against baselines on the same
grouped folds and on a hold-out disjoint in time; statistics that admit how few folds there are.
The room measures itself: ``models_findings`` says how good, how sure and why; ``feature_influence`` and
``explained_texts`` take single forecasts apart. The report reads these and fits nothing.
Folders, each importing earlier ones only: ``examples`` (rows in, predictions out), ``networks``, ``estimators`` (every
model, in one registry), ``evaluation``, ``anomaly_choice``, ``explaining``, ``serving``, ``findings``, ``fine_tuning``.
Does not belong here: computing behaviour features (customers room), pairing, embedding, wording and drawing reports.
"""

READS_ZONES = ("restricted", "internal")  # of the tables that the room's assets read; tested
