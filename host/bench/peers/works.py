"""Works over a Parquet file of flights, with DuckDB and with polars, and the comparison of what they write.

    python works.py duckdb|polars convert|filter|aggregate FLIGHTS.parquet OUT
    python works.py compare convert|filter|aggregate ONE OTHER
    python works.py versions
"""

import os
import sys

TYPES = {"date": "TIMESTAMP", "delay": "BIGINT", "distance": "BIGINT", "origin": "VARCHAR", "destination": "VARCHAR"}


def duckdb_work(work, flights, output):
    import duckdb

    query = {
        "convert": f"from '{flights}'",
        "filter": f"from '{flights}' where delay > 10 and distance > 500",
        # A sum is a HUGEINT, which Parquet has not.
        "aggregate": f"""select origin, destination, count(*) as flights, sum(delay)::bigint as delay, sum(distance)::bigint as distance
            from '{flights}' group by all""",
    }[work]
    form = "csv" if work == "convert" else "parquet"
    duckdb.sql(f"set threads to {os.environ['DUCKDB_THREADS']}")
    duckdb.sql(f"copy ({query}) to '{output}' (format {form})")


def polars_work(work, flights, output):
    import polars

    frame = polars.scan_parquet(flights)
    if work == "convert":
        frame.sink_csv(output)
        return
    if work == "filter":
        frame = frame.filter((polars.col("delay") > 10) & (polars.col("distance") > 500))
    else:
        sums = [polars.col("delay").sum(), polars.col("distance").sum()]
        frame = frame.group_by("origin", "destination").agg(polars.len().cast(polars.Int64).alias("flights"), *sums)
    # As the others do by default.
    frame.sink_parquet(output, compression="snappy")


def compare(work, one, other):
    """Whether two files have the same rows, however often each, in any order."""
    import duckdb

    def rows(path):
        if work == "convert":
            # Whatever form each program gives a timestamp, it is read as one, and no row may be skipped.
            return f"(from read_csv('{path}', header = true, columns = {TYPES}, auto_detect = false, delim = ','))"
        return f"(from '{path}')"

    def count(query):
        return duckdb.sql(f"select count(*) from ({query})").fetchall()[0][0]

    if count(f"from {rows(one)}") != count(f"from {rows(other)}"):
        return False
    return count(f"from {rows(one)} except all from {rows(other)}") == 0


def main():
    arguments = sys.argv[1:]
    if arguments == ["versions"]:
        import duckdb
        import polars

        print(f"DuckDB {duckdb.__version__}, polars {polars.__version__}")
    elif arguments[0] == "compare":
        if not compare(*arguments[1:]):
            sys.exit(1)
    else:
        {"duckdb": duckdb_work, "polars": polars_work}[arguments[0]](*arguments[1:])


main()
