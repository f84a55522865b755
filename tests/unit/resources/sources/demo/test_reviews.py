import ast

import polars as pl


def test_fields_are_padded_or_placeholders(reviews):
    for column, placeholder in (("Positive_Review", "No Positive"), ("Negative_Review", "No Negative")):
        texts = reviews[column]
        padded = texts.str.starts_with(" ") & texts.str.ends_with(" ")
        assert (padded | (texts == placeholder)).all()
        assert 0.02 < (texts == placeholder).mean() < 0.4


def test_tags_are_a_stringified_list(reviews):
    for text in reviews["Tags"]:
        tags = ast.literal_eval(text)
        assert all(tag.startswith(" ") and tag.endswith(" ") for tag in tags)
        assert sum("Stayed" in tag for tag in tags) == 1
    assert reviews["Tags"].str.contains("Stayed 1 night '").any()


def test_dates_have_no_leading_zeros(reviews):
    assert reviews["Review_Date"].str.contains(r"^[1-9]\d?/[1-9]\d?/\d{4}$").all()
    posted = reviews["Posted_At"].str.to_datetime("%Y-%m-%dT%H:%M:%S")
    assert (posted.dt.date() == reviews["_delivery_day"]).all()


def test_scores_and_counts_are_numbers(reviews):
    scores = reviews["Reviewer_Score"].cast(pl.Float64)
    assert scores.min() >= 2.5
    assert scores.max() <= 10
    for column in ("Average_Score", "lat", "lng", "Total_Number_of_Reviews", "Additional_Number_of_Scoring"):
        assert reviews[column].cast(pl.Float64).null_count() == 0
    totals = reviews.group_by("Hotel_Name", maintain_order=True).agg(pl.col("Total_Number_of_Reviews").cast(pl.Int64))
    assert all(counts == sorted(counts) for counts in totals["Total_Number_of_Reviews"].to_list())


def test_nationality_is_padded_and_agrees_with_the_booking(reviews, bookings, truth):
    assert reviews["Reviewer_Nationality"].str.contains(r"^ (\S.*\S )?$").all()
    joined = truth.reviews.join(reviews, on="review_key").join(bookings, on="reservation_id")
    portuguese = joined.filter(pl.col("country") == "PRT")["Reviewer_Nationality"] == " Portugal "
    assert 0.93 < portuguese.mean() < 0.99


def test_nights_by_tag_agree_with_the_booking(reviews, bookings, truth):
    nights = pl.col("stays_in_weekend_nights").cast(pl.Int64) + pl.col("stays_in_week_nights").cast(pl.Int64)
    joined = truth.reviews.join(reviews, on="review_key").join(bookings, on="reservation_id")
    told = pl.col("Tags").str.extract(r"Stayed (\d+) night").cast(pl.Int64)
    assert 0.92 < joined.select((told == nights).mean()).item() < 0.99


def test_titles_are_there_in_the_set_share(reviews):
    assert 0.5 < reviews["Review_Title"].is_not_null().mean() < 0.7


def test_scores_tell_the_satisfaction(reviews, truth):
    joined = truth.reviews.join(reviews, on="review_key").join(truth.stays, on="reservation_id")
    honest = joined.filter(pl.col("planted_kind") == "none").with_columns(pl.col("Reviewer_Score").cast(pl.Float64))
    assert honest.select(pl.corr("Reviewer_Score", "satisfaction")).item() > 0.7
