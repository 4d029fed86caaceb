import pyarrow as pa

from validation.contract import CONTRACT, LEVELS


def test_every_reference_points_at_a_column_that_exists():
    for table in CONTRACT.values():
        for column in table.columns:
            if column.refers_to:
                target, _, name = column.refers_to.partition(".")
                assert name in CONTRACT[target]


def test_a_table_comes_after_those_it_refers_to():
    order = list(CONTRACT)
    for table in CONTRACT.values():
        for column in table.columns:
            target = column.refers_to.partition(".")[0]
            assert not target or order.index(target) <= order.index(table.name)


def test_keys_are_required_columns():
    for table in CONTRACT.values():
        assert all(not table[name].optional for name in table.key)


def test_person_identifiers_are_pseudonyms_everywhere():
    for table in CONTRACT.values():
        for column in table.columns:
            if column.name in {"family_id", "person_id", "applicant", "agent_id", "checker", "device"}:
                assert column.pseudonym, f"{table.name}.{column.name}"


def test_the_schema_carries_kinds_and_emptiness():
    schema = CONTRACT["audits"].schema
    assert schema.field("inclusion_probability") == pa.field("inclusion_probability", pa.float64(), nullable=True)
    assert schema.field("visited_at").type == pa.timestamp("us")
    assert not schema.field("family_id").nullable


def test_levels_go_from_the_province_down():
    assert LEVELS == ("province", "regency", "district", "village")
