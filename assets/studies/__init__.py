"""Studies: what could an attacker learn, how far is each room from the best possible, and what does privacy cost?

Inputs: the stored tables of every zone, the restricted ones among them, and the hidden truth of a simulated world.

Grain: ``privacy_attacks`` one attack, zone and k; ``alignment_evidence`` one figure of a part; ``price_of_privacy`` one
figure of a setting; ``value_ceilings`` one figure of a model and world; ``customer_keys`` one key.

Method: everything here exists to judge the other rooms. It may look at what no stage may look at: restricted rows to
know whether an attack was right, the truth to know whether a pair is, other settings of the pipeline to know what they
cost. What leaves are rates, shares and differences with their intervals.

Not here: anything that a daily table, a model in service or a release is made from. No earlier room reads this one.
"""

READS_ZONES = (
    "restricted",
    "internal",
    "released",
)  # of the tables that the room's assets read; tested
