"""Letters that people do not tell apart when they type: å and a, é and e, the forms of alef and ya.

The same folding is done by `index_fold` in the database, which migration 0001 makes from these tables.
"""

import re
import unicodedata

LATIN = ("åäæáàâãāéèêëēíìîïīóòôõöøōúùûüūýÿñçćčšśžźżðđþłğıß", "aaaaaaaaeeeeeiiiiiooooooouuuuuyyncccsszzzddtlgis")
ARABIC = ("أإآٱىئةؤکیگہ", "ااااييهوكيكه")
DROPPED = "\u0640\u0670" + "".join(map(chr, [*range(0x064B, 0x0660), *range(0x200B, 0x2010), *range(0x202A, 0x202F)]))
DROPPED += "".join(map(chr, range(0x2066, 0x206A))) + "\u00ad\ufeff"
TABLE = str.maketrans(dict(zip(LATIN[0] + ARABIC[0], LATIN[1] + ARABIC[1], strict=True)) | dict.fromkeys(DROPPED, ""))


ARTICLE = re.compile("(?<![ء-ي])(?:[وفبك]?ال|و?لل)(?=[ء-ي]{3})")  # with the conjunctions that are written together


def fold(text: str) -> str:
    if text.isascii():
        return text.lower()
    return ARTICLE.sub("", unicodedata.normalize("NFKC", text).lower().translate(TABLE))
