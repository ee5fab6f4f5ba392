#!/bin/sh
# Asks tshark which packets of the samples each expression selects, and writes answers.tsv: the expression, and the numbers
# of the packets (`3-5` for 3, 4 and 5), or `error` if tshark does not take it. The samples are read as one capture, in the
# order of their times. Two are left out, in which tshark cannot read what Sockeye can: midstream.pcap, whose WebSocket has
# no handshake, and gap.pcap, where the rows of frames behind a gap are out before it is known to be one.
#
# Needs tshark and mergecap (Debian package tshark). Run it in the root of the repository.
set -eu
here=tests/data/tshark
ranges='
    NR > 1 && $1 != last + 1 { printf "%s ", first == last ? last : first "-" last }
    NR == 1 || $1 != last + 1 { first = $1 }
    { last = $1 }
    END { if (NR) printf "%s", first == last ? last : first "-" last }'
all=$(mktemp --suffix=.pcapng)
trap 'rm -f "$all"' EXIT
mergecap -w "$all" $(ls samples/*.pcap | grep -v -e gap -e midstream)
{
    printf '# %s; written by record.sh\n' "$(tshark --version | head -n 1)"
    grep -v -e '^#' -e '^$' $here/expressions.txt | while IFS= read -r expression; do
        if numbers=$(tshark -r "$all" -o "tls.keylog_file:samples/tls.keys" -Y "$expression" \
            -T fields -e frame.number 2>/dev/null); then
            printf '%s\t%s\n' "$expression" "$(printf '%s' "$numbers" | awk "$ranges")"
        else
            printf '%s\terror\n' "$expression"
        fi
    done
} > $here/answers.tsv
