"""What commands print: a table that goes into a file or another program is not broken."""

from analytics.cli.output import print_table


def test_a_code_in_a_file_stays_on_one_line(capsys):
    row = ["AANLY-JRLED", *(f"35.10.{number}.2001" for number in range(10, 30)), "1"]
    print_table("", [f"column {number}" for number in range(len(row))], [row], left=len(row) - 1)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1].split() == row
