"""Countries: names in Polish and English, and codes, as ISO 3166-1 alpha-2."""

from __future__ import annotations

from functools import cache

from phonenumbers import SUPPORTED_REGIONS

from lejek.identity.normalise.reasons import Reason, Unreadable
from lejek.identity.normalise.words import tokens

_NAMES = """
AE Zjednoczone Emiraty Arabskie|United Arab Emirates|UAE|ZEA|Emiraty
AL Albania
AM Armenia
AR Argentyna|Argentina|ARG
AT Austria|Österreich|AUT
AU Australia|AUS
AZ Azerbejdżan|Azerbaijan
BA Bośnia i Hercegowina|Bosnia and Herzegovina|Bośnia|Bosnia
BE Belgia|Belgium|BEL
BG Bułgaria|Bulgaria|BGR
BR Brazylia|Brazil|Brasil|BRA
BY Białoruś|Belarus|BLR
CA Kanada|Canada|CAN
CH Szwajcaria|Switzerland|Schweiz|Suisse|CHE
CL Chile
CN Chiny|China|CHN|Chińska Republika Ludowa
CO Kolumbia|Colombia
CY Cypr|Cyprus|CYP
CZ Czechy|Czech Republic|Czechia|Republika Czeska|Česko|CZE
DE Niemcy|Germany|Deutschland|DEU|GER
DK Dania|Denmark|Danmark|DNK
DZ Algieria|Algeria
EE Estonia|Eesti|EST
EG Egipt|Egypt
ES Hiszpania|Spain|España|ESP
FI Finlandia|Finland|Suomi|FIN
FR Francja|France|FRA
GB Wielka Brytania|United Kingdom|UK|Great Britain|England|Anglia|GBR|Zjednoczone Królestwo|Szkocja
GE Gruzja|Georgia
GR Grecja|Greece|GRC
HK Hongkong|Hong Kong
HR Chorwacja|Croatia|Hrvatska|HRV
HU Węgry|Hungary|Magyarország|HUN
ID Indonezja|Indonesia
IE Irlandia|Ireland|IRL
IL Izrael|Israel|ISR
IN Indie|India|IND
IR Iran
IS Islandia|Iceland
IT Włochy|Italy|Italia|ITA
JP Japonia|Japan|JPN
KE Kenia|Kenya
KR Korea Południowa|South Korea|Republic of Korea|KOR
KW Kuwejt|Kuwait
KZ Kazachstan|Kazakhstan
LI Liechtenstein
LT Litwa|Lithuania|Lietuva|LTU
LU Luksemburg|Luxembourg|LUX
LV Łotwa|Latvia|Latvija|LVA
MA Maroko|Morocco
MD Mołdawia|Moldova
ME Czarnogóra|Montenegro
MK Macedonia Północna|North Macedonia|Macedonia
MT Malta|MLT
MX Meksyk|Mexico|MEX
MY Malezja|Malaysia
NG Nigeria
NL Holandia|Niderlandy|Netherlands|The Netherlands|Holland|NLD
NO Norwegia|Norway|Norge|NOR
NZ Nowa Zelandia|New Zealand
PE Peru
PH Filipiny|Philippines
PK Pakistan
PL Polska|Poland|Rzeczpospolita Polska|POL
PT Portugalia|Portugal|PRT
QA Katar|Qatar
RO Rumunia|Romania|ROU
RS Serbia|SRB
RU Rosja|Russia|Russian Federation|Federacja Rosyjska|RUS
SA Arabia Saudyjska|Saudi Arabia
SE Szwecja|Sweden|Sverige|SWE
SG Singapur|Singapore
SI Słowenia|Slovenia|SVN
SK Słowacja|Slovakia|Slovensko|Slovak Republic|SVK
TH Tajlandia|Thailand
TN Tunezja|Tunisia
TR Turcja|Turkey|Türkiye|TUR
TW Tajwan|Taiwan
UA Ukraina|Ukraine|UKR
US Stany Zjednoczone|United States|USA|United States of America|Stany Zjednoczone Ameryki
UZ Uzbekistan
VN Wietnam|Vietnam
ZA RPA|South Africa|Republika Południowej Afryki|Południowa Afryka
"""


@cache
def _codes() -> dict[tuple[str, ...], str]:
    found = {}
    for line in _NAMES.strip().splitlines():
        code, _, names = line.partition(" ")
        for name in names.split("|"):
            found[tokens(name)] = code
    return found


def read_country(text: str) -> str:
    """The two letters of a country.

    Raises: Unreadable.
    """
    words = tokens(text)
    if named := _codes().get(words):
        return named
    code = text.strip().upper()
    if code in SUPPORTED_REGIONS:
        return code
    raise Unreadable(Reason.NOT_A_COUNTRY, text)
