"""Every number that the simulator takes from outside, with its source and how sure it is.

Status words as in the project's facts: declared (an official said it), press, rule, measured, assumed (ours)
"""

import datetime as dt

from analytics.eligibility import rulebook
from validation.programmes import programmes

# --- Place and time -----------------------------------------------------------------------------------------------
REGENCY = "35.10"  # Kemendagri code of Kabupaten Banyuwangi (rule)
REGENCY_FAMILIES = 680_000  # press: about 680,000 families
PILOT_VILLAGES = ("35.10.16.1014", "35.10.15.2004")  # press: Kelurahan Lateng and Desa Kemiren
PILOT_START = dt.date(2025, 9, 18)  # press
OTHERS_START = dt.date(2025, 9, 24)  # assumed: agents elsewhere begin before the formal start in October, else 257,000
#                                      families by 2 October (press) could not be reached
EARLIEST_UNTIL = dt.date(2026, 2, 1)
LATEST_UNTIL = dt.date(2029, 12, 31)  # end of the assumed registration curve
FEWEST_FAMILIES = 500
REFERENCE_DAY = dt.date(2025, 9, 1)  # assumed: day at which ages, schooling and pregnancies are recorded

# --- Villages and welfare -----------------------------------------------------------------------------------------
VILLAGE_SIZE_SPREAD = 0.45  # assumed: sd of the log of families in a village
URBAN_WEIGHT = 1.25  # assumed: a kelurahan against a desa
MEDIAN_CONSUMPTION = 1_050_000.0  # assumed: rupiah a head and month
FAMILY_SPREAD = (
    0.46  # assumed: sd of log consumption within a village; the 2012 study measures 0.66 over three provinces
)
VILLAGE_SPREAD = 0.16  # assumed
SIZE_EFFECT = -0.10  # assumed: log points a member; same sign as the 2012 study (correlation -0.31)
OLD_HEAD_EFFECT = -0.10  # assumed: head aged 70 or more
DISTRICT_EFFECT = {  # assumed: town and market districts above, forest and dry-land districts below
    "35.10.16": 0.24, "35.10.17": 0.16, "35.10.09": 0.14, "35.10.13": 0.08, "35.10.15": 0.08, "35.10.07": 0.07,
    "35.10.14": 0.05, "35.10.08": 0.03, "35.10.06": 0.03, "35.10.05": 0.01, "35.10.02": 0.02, "35.10.25": 0.01,
    "35.10.21": 0.00, "35.10.12": -0.03, "35.10.03": -0.02, "35.10.20": -0.05, "35.10.10": -0.06, "35.10.23": -0.05,
    "35.10.22": -0.08, "35.10.01": -0.08, "35.10.04": -0.10, "35.10.11": -0.14, "35.10.19": -0.14, "35.10.24": -0.12,
    "35.10.18": -0.20,
}  # fmt: skip

ASSETS_TOGETHER = 0.35  # assumed: correlation of assets beyond welfare

# --- Families and persons -----------------------------------------------------------------------------------------
SIZE_SHARES = (0.13, 0.22, 0.27, 0.23, 0.10, 0.035, 0.010, 0.005)  # assumed: families of 1, 2, … 8; mean 3.1
FEMALE_HEAD = (0.55, 0.24, 0.14, 0.11, 0.10, 0.10, 0.10, 0.10)  # assumed: by family size
SPOUSE_OF_MAN = 0.93  # assumed, families of two or more
SPOUSE_OF_WOMAN = 0.06  # assumed
PARENT_IN_HOME = 0.10  # assumed, families of three or more
SCHOOL_ATTENDANCE = {"sd": 0.985, "smp": 0.95, "sma": 0.80, "higher": 0.22}  # assumed, by age 7-12, 13-15, 16-18, 19-22
POOR_SCHOOL_PENALTY = 0.06  # assumed: attendance lost a standard deviation of welfare below the mean, from smp on
PREGNANT = 0.045  # assumed: women of 18 to 42 who are head or spouse
SEVERE_DISABILITY = 0.015  # assumed, persons
DECEASED = 0.010  # assumed: members who died and still stand in the family card
DECEASED_KNOWN = 0.6  # assumed: share of them that the exports mark as deceased
SINGLE_NAME = 0.18  # assumed: persons with one name only

# --- Truth and ranking --------------------------------------------------------------------------------------------
ENTITLED_BPNT = 0.30  # assumed: truly poorest share of the families
ENTITLED_PKH = 0.106  # assumed: truly poorest families with a category; with the declared errors the new list is 12.7 %
PMT_R2 = 0.55  # press/assumed: a proxy-means test explains a little over half of log consumption
DECILES_1_TO_4 = 0.35  # assumed: share of the regency in the national deciles 1 to 4
DECILE_CEILING = {
    name: int(rulebook().get("decile", programme=name, day=EARLIEST_UNTIL).value) for name in ("PKH", "BPNT")
}  # press/assumed, analytics/eligibility/rules.toml; used to word the reasons

# Declared by the minister on 7 February 2026, no denominators published. Exclusion: of the entitled; inclusion: of the
# receivers. They are the targets of the calibration.
DECLARED_OLD = {"PKH": (0.777, 0.465), "BPNT": (0.700, 0.377)}  # programme: (exclusion, inclusion)
DECLARED_NEW = {"PKH": (0.282, 0.398), "BPNT": (0.176, 0.296)}
VILLAGE_FAVOUR = 0.30  # assumed: sd of a village's generosity in the score
DISTRICT_FAVOUR = 0.4  # assumed: part of that variance that lies between districts
SMALL_FAMILY_PENALTY = 0.22  # assumed: families of one or two rank as less poor than they are
ELDERLY_HEAD_PENALTY = 0.12  # assumed: head of 60 or more
DECILE_IN_NOISE = 0.75  # assumed: how much of the portal's ranking error it shares with the DTSEN decile
PROGRAMME_NOISE = 0.8  # assumed: correlation of the ranking errors of the two programmes

# --- Cross-checks -------------------------------------------------------------------------------------------------
_RULES = {rule.id: int(rule.value) for rule in rulebook().in_force("PKH", EARLIEST_UNTIL)}
POWER_CEILING, MINIMUM_WAGE, LAND_CEILING = (_RULES[name] for name in ("power", "wage", "land"))
# VA, rupiah a month and m2, with their status: analytics/eligibility/rules.toml
VEHICLE_RECORDED = 0.85  # assumed: share of true cars that Samsat knows under the family
WAGE_RECORDED = 0.24  # assumed: families with a wage record at BPJS Ketenagakerjaan
LAND_RECORDED = 0.35  # assumed: families with a parcel at ATR/BPN
STATE_EMPLOYED = 0.045  # assumed
POWER_STEPS, POWER_CUTS = (450, 900, 1_300, 2_200, 3_500), (0.28, 0.66, 0.88, 0.97)  # VA (rule); shares assumed
WAGE_MEDIAN, WAGE_SLOPE, WAGE_SPREAD = 2_350_000, 0.33, 0.15  # assumed: rupiah a month; log points a sd of welfare; sd
LAND_LOG_MEDIAN, LAND_SLOPE, LAND_SPREAD = 5.6, 0.55, 0.9  # assumed: log m2; the same
CHECK_UNKNOWN = 0.06  # assumed: queries of a register without an answer
WRONG_CHECKS = {  # assumed: share of families whose cross-check is wrong, by cause
    "vehicle_sold": 0.008, "inherited_land": 0.005, "landlord_meter": 0.005, "dead_wage_record": 0.006,
    "lent_nik": 0.003, "shared_kk": 0.003,
}  # fmt: skip

# --- Agents and registration --------------------------------------------------------------------------------------
AGENTS = 4_000  # press: more than 4,000 in the regency
FEWEST_AGENTS = 30
AGENT_RAMP = (
    (dt.date(2025, 9, 10), 0.0),
    (dt.date(2025, 9, 18), 0.125),
    (dt.date(2025, 10, 2), 0.5),
    (dt.date(2026, 1, 22), 1.0),
)  # press: 500, about 2,000, more than 4,000; the days are assumed
AGENT_ROLES = {"pkh": 0.14, "tksk": 0.01, "operator_desa": 0.25, "dasa_wisma": 0.52, "lainnya": 0.08}  # assumed
CORRUPT_AGENTS = 0.01  # assumed
RELATIVES = 0.20  # assumed: share of a corrupt agent's registrations that are relatives made to look poor
RELATIVE_FAVOUR = 1.2  # assumed: standard deviations of the score
NIGHT_WORK = 0.40  # assumed: share of a corrupt agent's registrations at night
REGISTERED = (
    (dt.date(2025, 10, 2), 257_000),
    (dt.date(2025, 10, 8), 318_242),
    (dt.date(2026, 1, 22), 352_000),
    (dt.date(2027, 1, 22), 395_000),
    (dt.date(2029, 12, 31), 450_000),
)
# press for the first three (the third: "more than 350,000"), at the end of the day; assumed afterwards
CURVE_DISORDER = 0.03  # assumed: neighbours in the order of applying swap days within this share of the families
# assumed, logits of applying: a standard deviation of welfare below the mean; on the old list; head of 60 or more; one
# or two members; sd between villages; without a signal. The declared exclusion after the trial (BPNT 17.6 %) with half
# of the families registered can only be had when nearly all of the poor are among them, so the first is large
POVERTY_PULL, OLD_RECEIVER_PULL, ELDERLY_HEAD_PULL, SMALL_FAMILY_PULL = 1.75, 0.5, -0.35, -0.25
VILLAGE_PULL_SPREAD, REMOTE_PULL = 0.25, -0.4
PULL_NOISE = 0.55  # assumed: scale of everything else that decides (logistic)
PROMISED_SHARE = 0.56  # assumed: families of the pilot villages among this share of applicants come in the first week
SPOUSE_APPLIES = 0.35  # assumed: applications made by the husband or wife of the head
AGENT_CHANNEL = 0.70  # press: about 70 % through agents
WEEKDAYS = (1.15, 1.10, 1.05, 1.05, 0.95, 0.75, 0.55)  # assumed: Monday to Sunday
# assumed, by hour of the day from midnight
AGENT_HOURS = (0.05, 0.02, 0, 0, 0, 0.05, 0.2, 1, 3, 4, 4, 3.2, 2, 2.4, 2.8, 2.6, 2, 1.4, 1, 1.2, 0.8, 0.3, 0.2, 0.1)
SELF_HOURS = (0.2, 0.1, 0, 0, 0.1, 0.4, 0.8, 1.2, 1.6, 1.8, 1.8, 1.6, 1.6, 1.4, 1.4, 1.4, 1.6, 1.8, 2.4, 3, 2.8, 2, 1.2,
              0.6)  # fmt: skip
NIGHT_HOURS = (3, 2, 1, 0.5, 0.3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 4)
OFFICE_HOURS = (0, 0, 0, 0, 0, 0, 0, 0.5, 3, 4, 4, 3, 1.5, 3, 3.5, 2.5, 0.5, 0, 0, 0, 0, 0, 0, 0)
AGENT_SECONDS = (60.0, 0.40)  # press: about a minute a record; the spread (sd of the log) is assumed
SELF_SECONDS = (360.0, 0.55)  # assumed
DUPLICATES = 0.01  # assumed: share of registrations; half the same family again, half the same person in another card
DUPLICATE_DETECTED = 0.35  # assumed: found by the portal before the decision
OFFLINE = 0.14  # assumed: agent registrations sent later for want of a signal (press names the trouble)
OFFLINE_DAYS = (1.2, 6.0)  # assumed: mean and most days late
WITHDRAWN = 0.004  # assumed
LURED = 0.25  # assumed: share of the duplicates entered by corrupt agents
HIDDEN_HELP = 0.40  # assumed: own registrations near a corrupt agent that are made on the agent's phone
NEIGHBOUR_PHONES = 20  # assumed: shared phones in a village
SHARED_DEVICE = 0.05  # assumed: own registrations from a phone that several families of the village use

# --- Face verification --------------------------------------------------------------------------------------------
FACE_THRESHOLD = 0.5  # assumed: distance of the templates
FIRST_ATTEMPT_ADULT = 0.872  # with the next: 85 % at the first attempt overall (TNP2K trial: 85.2 %)
FIRST_ATTEMPT_ELDERLY = 0.765  # assumed: 60 or more (press names the elderly)
NEXT_ATTEMPT = 0.60  # assumed
TRIES_AGAIN = 0.88  # assumed
AGENT_MATCH = 0.97  # assumed: at each attempt
AGENT_CHECKED = 0.94  # assumed: working days that an agent opens with a check of the own face
CORRUPT_CHECKED = 0.80  # assumed: the same of a corrupt agent, who lends the account
CHECKED_LATE = 0.40  # assumed: of the other days, those with a check after the first application
MOST_ATTEMPTS = 3  # assumed
FACE_FAILURES = {"tidak_cocok": 0.30, "ditinjau": 0.12, "mutu_rendah": 0.30, "tanpa_wajah": 0.10, "tak_tersedia": 0.18}
# assumed; `ditinjau`: too close to call, so that a person decides and nobody tries again
MANUAL_CHECK = 0.45  # assumed: unverified families that are checked by hand in the end

# --- Templates ----------------------------------------------------------------------------------------------------
# Fitted to what dlib's model measures among East and South-East Asian people of Labeled Faces in the Wild: false
# matches .32, .049 and .0012 and missed matches .024, .076 and .35 at distances .6, .5 and .4; after centring and
# AS-norm, missed matches .173 and .30 at false matches 1e-3 and 1e-4. What lies beyond 1e-4 is extrapolated
FACE_MODEL = "simulasi-dlib-asia"  # what the simulated templates say that they were made by
FACE_DIMENSION = 128  # rule: the size of dlib's templates
FACE_CENTRE = 1.287  # measured: length of the mean template
FACE_BETWEEN, FACE_BETWEEN_DECAY = 0.161, 2.22  # fitted: variance between people, power law of its spectrum
FACE_WITHIN, FACE_WITHIN_DECAY = 0.0655, 1.78  # fitted: variance between photos of one person, the same
FACE_SPECTRUM_START = 6.96  # fitted: both spectra are (k + start)^-decay, k = 0, 1, …
PHOTO_SPREAD = 0.239  # fitted: sd of the log scale of a photo's own deviation; bad photos make the misses
TWINS_ALIKE, SIBLINGS_ALIKE = 0.95, 0.40  # assumed: share of what makes a face that twins and siblings have in common
TWINS_IN_VILLAGE = 0.5  # assumed: grown twins who live in one village

# --- Planted duplicates -------------------------------------------------------------------------------------------
NAME_SLIPS, DATE_SLIPS = 0.30, 0.10  # assumed: kept records with a typing error there
LAST_WORD_DROPPED = 0.25  # assumed: of the errors in names of two words

# --- Decisions ----------------------------------------------------------------------------------------------------
DECISION_DAYS = (19.0, 0.55)  # assumed: median and sd of the log, from verification
MANUAL_CHECK_DAYS = 25.0  # assumed: added mean when checked by hand
RULES = ((dt.date(2025, 9, 1), "portal-2025.1"), (dt.date(2026, 4, 1), "portal-2026.1"))  # assumed names and dates
FIRST_PAID_QUARTER = (2025, 3)
FIRST_NEW_QUARTER = (2026, 1)  # declared: results of the trial used from 2026
LATE_MARGIN = (
    0.45  # assumed: how much poorer, in sd of the score, later applicants must rank once the first list is full
)
ANNOUNCEMENT_DAY = 15  # assumed: of the first month of a quarter; the first objections were filed in January (press)

# --- Objections ---------------------------------------------------------------------------------------------------
# assumed shares of the families decided; together about 1.2 % of the registered after three announcements
FIRST_WAVE, NEXT_WAVE, TRICKLE = 0.0070, 0.0018, 0.0008
WINDOW_DAYS = 31  # press: one month after the announcement
OBJECTION_KINDS = {"sanggah_sendiri": 0.66, "sanggah_umum": 0.12, "usul": 0.22}  # assumed
TRUE_CLAIM_WEIGHT = 7.0  # assumed: how much likelier a family with a true claim files
TRUE_REPORT_WEIGHT = 2.5  # assumed: how much likelier neighbours report a receiver who is not entitled
SCREENING_DAYS = (4.0, 0.6)  # assumed: median and sd of the log
SCREENING_TRUE = {"diterima": 0.17, "ditolak": 0.08, "cek_lapangan": 0.75}  # assumed: of true claims
SCREENING_FALSE = {"diterima": 0.05, "ditolak": 0.30, "cek_lapangan": 0.65}  # assumed: of false claims
FILED_BY_OWN = {"sendiri": 0.62, "pendamping": 0.38}  # assumed
FILED_BY_PROPOSAL = {"sendiri": 0.30, "pendamping": 0.45, "masyarakat": 0.25}  # assumed
PORTAL_WAY = (
    0.6  # assumed: share of those not filed by an agent that come by the portal, the rest by the village office
)
FIELD_DAYS = (24.0, 0.85)  # assumed: a long tail
DESK_DAYS = (4.0, 0.5)  # assumed
UPHELD_TRUE, UPHELD_FALSE = 0.90, 0.14  # assumed: by a field check of a true and of a false claim
OBJECTION_WITHDRAWN = 0.03  # assumed
# Abuse of the channel, planted with a known truth; all assumed
MASS_FILERS = 1 / 150  # people who file many, for each objection of a wave
MASS_FILED = (12, 18)  # objections of one of them, fewest and most
MASS_DAYS = 3.0  # days within which they are filed
RETALIATIONS = 1 / 60  # objections that answer one, for each objection of a wave
RETALIATION_DAYS = (2.0, 20.0)  # days until the answer
REPEATED = 0.12  # of the families' own objections that were rejected, those that are filed again unchanged
REPEAT_DAYS = (3.0, 45.0)  # days after the rejection
NOT_LISTED = 1 / 40  # objections to a family that does not receive, for each objection of a wave
NIK_MISUSED = 0.05  # of the corrupt agents' applications, those that the family did not ask for and objects to
NIK_FORGOTTEN = 0.0002  # of the honest agents' applications, those that a family asked for and objects to all the same

# --- Payments -----------------------------------------------------------------------------------------------------
PKH_COMPONENTS = {
    "ibu_hamil": "pregnancy",
    "anak_usia_dini": "early_childhood",
    "sd": "sd",
    "smp": "smp",
    "sma": "sma",
    "lansia": "elderly",
    "disabilitas_berat": "severe_disability",
}
_IN_FORCE = dt.date(2025, 7, 1)
PKH_A_YEAR = {
    name: programmes().amount_on("PKH", component, _IN_FORCE).a_year for name, component in PKH_COMPONENTS.items()
}  # rule, validation/programmes.toml
PKH_MEMBERS, PKH_CHILDREN = rulebook().limits.members, rulebook().limits.children  # assumed, the same file
ELDERLY_AGE = rulebook().limits.elderly_from  # assumed, the same file
BPNT_A_QUARTER = programmes().amount_on("BPNT", "sembako", _IN_FORCE).a_period  # assumed, validation/programmes.toml
PAY_WINDOW = (36, 52)  # assumed: days of the quarter in which villages are paid
LATE_PAYMENT, LATE_DAYS = 0.02, 5  # assumed
UNPAID = 0.004  # assumed: on the list and not paid

# --- Field checks -------------------------------------------------------------------------------------------------
FIRST_ROUND = dt.date(2025, 10, 1)  # assumed: a round a month
AUDIT_VILLAGES, AUDIT_RECEIVERS, AUDIT_OTHERS = 4, 5, 4  # assumed: villages a district, families a village
AUDIT_UNKNOWN = 0.02  # assumed
AUDIT_WELFARE_NOISE = 0.05  # assumed: sd of the log
TARGETED_CHECKS = 0.03  # assumed: rows by risk or objection, with no known probability
