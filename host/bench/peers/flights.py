"""Flights from CSV to Parquet, cleaned and enriched, with what a Python user would pick.

    python flights.py polars-function|pandas-function|duckdb-sql FLIGHTS.csv AIRLINES.csv OUT.parquet

The work is that of the plugins `clean-flights` and `enrich`: every column gets its type, numbers are checked against their ranges, a date and a
flag are made of other columns, the airline's name is looked up; a row that cannot be right is left out.
"""

import datetime
import sys

WHOLE = {
    "year": (1900, 2100, False), "month": (1, 12, False), "day": (1, 31, False),
    "dep_time": (0, 2400, True), "sched_dep_time": (0, 2400, False), "dep_delay": (-10_000, 10_000, True),
    "arr_time": (0, 2400, True), "sched_arr_time": (0, 2400, False), "arr_delay": (-10_000, 10_000, True),
    "flight": (1, 10_000, False), "air_time": (1, 10_000, True), "distance": (1, 100_000, False),
    "hour": (0, 23, False), "minute": (0, 59, False),
}
TEXT = ["carrier", "tailnum", "origin", "dest"]


def clean(row, airlines):
    """A row of texts as a row of values, or None where it cannot be right."""
    out = {}
    for name, (least, most, may_be_null) in WHOLE.items():
        text = row[name]
        if text is None or text in ("", "NA"):
            if not may_be_null:
                return None
            out[name] = None
            continue
        try:
            value = int(text)
        except ValueError:
            return None
        if not least <= value <= most:
            return None
        out[name] = value
    for name in TEXT:
        out[name] = row[name]
    if not out["carrier"]:
        return None
    try:
        out["time_hour"] = datetime.datetime.fromisoformat(row["time_hour"])
        out["flight_date"] = datetime.date(out["year"], out["month"], out["day"])
    except ValueError:
        return None
    out["cancelled"] = out["dep_time"] is None
    out["airline"] = airlines.get(out["carrier"])
    return out


def polars_function(flights, airlines, output):
    import polars

    names = dict(polars.read_csv(airlines).iter_rows())
    frame = polars.read_csv(flights, infer_schema=False)
    rows = (clean(row, names) for row in frame.iter_rows(named=True))
    polars.DataFrame([row for row in rows if row is not None], infer_schema_length=None).write_parquet(output, compression="snappy")


def pandas_function(flights, airlines, output):
    import pandas

    names = dict(pandas.read_csv(airlines).itertuples(index=False))
    frame = pandas.read_csv(flights, dtype=str, keep_default_na=False)
    rows = frame.apply(lambda row: clean(row, names), axis=1)
    pandas.DataFrame([row for row in rows if row is not None]).to_parquet(output, compression="snappy")


def duckdb_sql(flights, airlines, output):
    import duckdb

    duckdb.execute("SET threads = 2")
    numbers = ", ".join(f"TRY_CAST({name} AS INTEGER) AS {name}" for name in WHOLE)
    checks = " AND ".join(
        f"(({name} IS NULL AND {str(null).upper()}) OR {name} BETWEEN {least} AND {most})"
        for name, (least, most, null) in WHOLE.items()
    )
    duckdb.execute(f"""
        COPY (
            WITH typed AS (
                SELECT {numbers}, carrier, tailnum, origin, dest, TRY_CAST(time_hour AS TIMESTAMPTZ) AS time_hour
                FROM read_csv('{flights}', all_varchar = true, nullstr = ['', 'NA'])
            )
            SELECT typed.*, make_date(year, month, day) AS flight_date, dep_time IS NULL AS cancelled, airlines.name AS airline
            FROM typed LEFT JOIN read_csv('{airlines}') AS airlines USING (carrier)
            WHERE {checks} AND carrier IS NOT NULL AND time_hour IS NOT NULL
        ) TO '{output}' (FORMAT parquet, COMPRESSION snappy)
    """)


if __name__ == "__main__":
    peer, *files = sys.argv[1:]
    {"polars-function": polars_function, "pandas-function": pandas_function, "duckdb-sql": duckdb_sql}[peer](*files)
