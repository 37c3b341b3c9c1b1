"""Compares every Parquet file of a results directory with the CSV file beside it.

Names, types and units stand here once more, so that a change of either is noticed.
"""

import csv
import json
import math
import struct
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

NAME = pa.dictionary(pa.int32(), pa.string())
TEXT = pa.string()
NUMBER = pa.float64()
WHOLE = pa.uint32()
LONG = pa.uint64()

ARM = ("arm", NAME, None)
TAGS = [("readout", NAME, None), ("unit", NAME, None)]
OF_UNIT = "unit"  # a unit that stands in a column of this name


def valued(*names):
    return [(name, NUMBER, {"unit_column": OF_UNIT}) for name in names]


def plain(*names):
    return [(name, NUMBER, None) for name in names]


def counts(*names):
    return [(name, WHOLE, {"unit": "1"}) for name in names]


DAYS = {"unit": "d"}
HOURS = {"unit": "h"}
COPIES = {"unit": "copies per cell"}
REPLICATE = ("replicate", WHOLE, None)
MICE = {
    "timecourse": [ARM, REPLICATE, ("time_d", NUMBER, DAYS), *TAGS, *valued("value")],
    "summary": [
        ARM,
        ("time_d", NUMBER, DAYS),
        *TAGS,
        *counts("mice", "dead"),
        *valued("mean", "sd", "min", "q25", "median", "q75", "max"),
    ],
    "comparison": [
        ARM,
        *TAGS,
        ("at_d", NUMBER, DAYS),
        *counts("mice", "dead"),
        *valued("median", "min", "max", "difference", "difference_low", "difference_high"),
        ("interval", NAME, None),
        ("relative_to", NAME, None),
        *valued("band_low", "band_high"),
        ("verdict", NAME, None),
        ("source", TEXT, None),
    ],
    "effects": [
        ARM,
        *TAGS,
        ("at_d", NUMBER, DAYS),
        ("ratio", NUMBER, {"unit": "1"}),
        ("ratio_low", NUMBER, {"unit": "1"}),
        ("ratio_high", NUMBER, {"unit": "1"}),
        ("cliffs_delta", NUMBER, {"unit": "1"}),
    ],
    "chain": [
        ARM,
        ("time_d", NUMBER, DAYS),
        *TAGS,
        *counts("mice", "dead"),
        *valued("q25", "median", "q75"),
    ],
    "events": [ARM, REPLICATE, ("time_d", NUMBER, DAYS), ("event", NAME, None)],
    "receptors": [
        ARM,
        ("time_d", NUMBER, DAYS),
        ("kind", NAME, None),
        ("chain", NAME, None),
        ("bin_low", NUMBER, COPIES),
        ("bin_high", NUMBER, COPIES),
        ("share", NUMBER, {"unit": "1"}),
        ("agents", LONG, {"unit": "agents"}),
    ],
}
TIME = ("time", NUMBER, HOURS)
QUANTITY = ("quantity", NAME, None)
NETWORK = {
    "summary": [
        TIME,
        QUANTITY,
        *counts("n"),
        *plain("mean", "sd", "min", "q05", "median", "q95", "max"),
    ],
    "trajectories": [REPLICATE, TIME, QUANTITY, *plain("value")],
    "firings": [
        REPLICATE,
        ("firing", LONG, None),
        TIME,
        ("channel", NAME, None),
        QUANTITY,
        *plain("value"),
    ],
    "checks": [
        QUANTITY,
        ("statistic", NAME, None),
        TIME,
        *counts("n"),
        *plain("found", "expected", "allowed"),
        ("verdict", NAME, None),
        ("source", TEXT, None),
    ],
}


def bits(number):
    return struct.pack("<d", number)


def same(cell, value):
    """Whether a cell of CSV and a value of Parquet are the same, to the last bit."""
    if cell == "":
        return value is None
    if isinstance(value, str):
        return cell == value
    if isinstance(value, int):
        return cell == str(value)
    if isinstance(value, float):
        number = float(cell)
        return math.isnan(number) and math.isnan(value) or bits(number) == bits(value)
    return False


def check(folder, name, columns, manifest):
    table = pq.read_table(folder / f"{name}.parquet")
    schema = table.schema
    assert schema.names == [column for column, _, _ in columns], (name, schema.names)
    for column, kind, units in columns:
        field = schema.field(column)
        place = f"{name}, {column}"
        assert field.type == kind, f"{place}: {field.type}, expected {kind}"
        said = {key.decode(): text.decode() for key, text in (field.metadata or {}).items()}
        assert said.pop("meaning", ""), f"{place}: no meaning"
        said = {key: said[key] for key in said if not key.startswith("PARQUET:")}
        assert said == (units or {}), f"{place}: {said}, expected {units}"
    for key, expected in [
        ("version", manifest["paracrine"]),
        ("digest", manifest["digest"]),
        ("seed", str(manifest["seed"])),
    ]:
        # Arrow's schema has its own; programs without Arrow see that of the file.
        for said in (schema.metadata, pq.read_metadata(folder / f"{name}.parquet").metadata):
            found = said[f"paracrine.{key}".encode()].decode()
            assert found == expected, f"{name}, {key}: {found}, expected {expected}"

    with open(folder / f"{name}.csv", newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    assert header == schema.names, (name, header)
    assert len(rows) == table.num_rows, f"{name}: {table.num_rows} rows, CSV has {len(rows)}"
    missing = 0
    for index, column in enumerate(schema.names):
        for number, (row, value) in enumerate(zip(rows, table.column(column).to_pylist())):
            assert same(row[index], value), f"{name}, {column}, row {number}: {value!r}, CSV has {row[index]!r}"
            missing += value is None
        if not schema.field(column).nullable:
            assert table.column(column).null_count == 0
    print(f"{name}: {len(rows)} rows, {missing} missing values")


def main():
    folder = Path(sys.argv[1])
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    tables = NETWORK if manifest.get("command") == "simulate" else MICE
    for name, columns in tables.items():
        check(folder, name, columns, manifest)
    found = sorted(path.stem for path in folder.glob("*.parquet"))
    assert found == sorted(tables), found


main()
