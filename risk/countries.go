package risk

import (
	"fmt"
	"math"
	"strings"
	"sync"
)

// country is the smallest circle about a country, by which the distance of two is known to be at least so much.
type country struct {
	lat, lon float64 // of the centre, radians
	radius   float64 // km, with what rounding may hide
}

// countryTable lists them: code, latitude and longitude in degrees, radius in hundreds of km. It was made of the outlines of
// Natural Earth (public domain, npm world-atlas 2.0.2, countries-50m); parts that lie more than 6,000 km from the main one are left out.
const countryTable = "" +
	"AD+43+2 2;AE+25+54 4;AF+34+68 9;AG+17-62 2;AI+18-63 2;AL+41+20 3;AM+40+45 3;AO-11+18 11;AQ-87-22 31;AR-38-66 20;" +
	"AS-14-171 2;AT+48+13 5;AU-35+137 30;AW+13-70 2;AX+60+20 2;AZ+40+48 4;BA+44+17 4;BB+13-60 2;BD+24+90 5;BE+50+4 3;" +
	"BF+11-2 6;BG+43+25 4;BH+26+51 2;BI-3+30 3;BJ+9+2 5;BL+18-63 2;BM+32-65 2;BN+4+115 2;BO-16-64 10;BR-13-55 25;BS+24-76 6;" +
	"BT+27+90 3;BW-23+24 7;BY+53+28 5;BZ+17-89 3;CA+60-89 29;CD-4+23 14;CF+6+21 9;CG-1+15 8;CH+47+8 3;CI+7-6 6;CK-21-160 2;" +
	"CL-36-84 27;CM+7+13 8;CN+41+104 27;CO+4-71 11;CR+10-84 4;CU+21-79 7;CV+16-24 3;CW+12-69 2;CY+35+33 2;CZ+50+15 4;" +
	"DE+51+10 6;DJ+12+42 3;DK+56+12 4;DM+15-61 2;DO+19-70 4;DZ+28+2 13;EC-1-83 11;EE+59+25 4;EG+27+31 10;EH+24-13 7;" +
	"ER+15+40 6;ES+36-8 14;ET+8+40 10;FI+65+25 8;FJ-17+177 7;FK-52-59 3;FM+8+151 16;FO+62-7 2;FR+45+3 8;GA-1+12 5;GB+55-4 8;" +
	"GD+12-62 2;GE+42+43 5;GG+49-3 2;GH+8-2 5;GL+72-41 15;GM+13-15 3;GN+10-11 6;GQ+2+10 4;GR+38+24 6;GS-56-32 6;GT+16-90 4;" +
	"GU+13+145 2;GW+12-15 3;GY+5-59 6;HK+22+114 2;HM-53+74 2;HN+15-86 5;HR+44+16 4;HT+19-73 3;HU+47+19 4;ID-2+118 28;" +
	"IE+53-9 4;IL+31+35 4;IM+54-5 2;IN+21+84 20;IO-7+72 2;IQ+33+44 7;IR+33+54 13;IS+65-19 4;IT+42+12 8;JE+49-2 2;JM+18-77 3;" +
	"JO+31+37 5;JP+35+133 17;KE+1+38 8;KG+41+75 7;KH+13+105 5;KI-7-171 24;KM-12+44 3;KN+17-63 2;KP+40+128 5;KR+36+128 5;" +
	"KW+29+48 3;KY+20-81 3;KZ+51+67 16;LA+18+105 7;LB+34+36 3;LC+14-61 2;LI+47+10 2;LK+8+80 4;LR+6-9 4;LS-30+28 3;" +
	"LT+55+24 4;LU+50+6 2;LV+56+25 4;LY+27+19 12;MA+28-10 12;MC+44+7 2;MD+47+28 3;ME+43+19 3;MF+18-63 2;MG-19+47 9;" +
	"MH+9+169 5;MK+42+22 3;ML+17-4 11;MM+19+98 12;MN+49+104 14;MO+22+114 2;MP+16+145 4;MR+21-11 10;MS+17-62 2;MT+36+14 2;" +
	"MU-20+58 2;MV+4+73 2;MW-13+34 6;MX+25-102 18;MY+6+109 13;MZ-19+36 12;NA-21+18 10;NC-20+164 6;NE+18+8 11;NF-29+168 2;" +
	"NG+9+9 9;NI+13-85 5;NL+52+5 3;NO+70+13 15;NP+28+84 6;NR-1+167 2;NU-19-170 2;NZ-31-179 28;OM+22+55 7;PA+9-80 5;" +
	"PE-9-73 12;PF-15-144 10;PG-6+148 11;PH+13+122 11;PK+31+69 11;PL+52+19 6;PM+47-56 2;PN-24-128 2;PR+18-67 3;PS+32+35 3;" +
	"PT+41-19 12;PW+5+133 5;PY-24-59 7;QA+25+51 3;RO+46+25 5;RS+44+21 4;RU+65+91 43;RW-2+30 3;SA+25+45 13;SB-9+161 8;" +
	"SC-5+55 2;SD+15+30 12;SE+62+16 10;SG+1+104 2;SH-12-10 8;SI+46+15 3;SK+49+20 4;SL+8-12 3;SM+44+12 2;SN+14-14 5;" +
	"SO+5+46 11;SR+4-56 4;SS+8+30 8;ST+1+7 3;SV+14-89 3;SX+18-63 2;SY+35+39 6;SZ-27+32 3;TC+22-72 2;TD+15+17 11;TF-48+61 9;" +
	"TG+9+1 5;TH+13+101 10;TJ+38+71 5;TL-9+126 4;TM+40+60 8;TN+34+10 6;TO-20-174 3;TR+39+35 10;TT+11-61 3;TW+24+120 4;" +
	"TZ-6+35 9;UA+49+31 8;UG+1+32 6;US+50-111 40;UY-32-56 5;UZ+43+65 9;VA+42+12 2;VC+13-61 2;VE+7-67 9;VG+19-64 2;" +
	"VI+18-65 2;VN+16+105 10;VU-17+169 6;WF-14-177 3;WS-14-172 2;XK+43+21 2;YE+15+49 8;ZA-35+29 16;ZM-13+28 9;ZW-19+29 6;"

var countries = sync.OnceValue(func() map[string]country {
	all := make(map[string]country, 256)
	for row := range strings.SplitSeq(strings.TrimSuffix(countryTable, ";"), ";") {
		var lat, lon, radius float64
		if _, err := fmt.Sscanf(row[2:], "%f%f %f", &lat, &lon, &radius); err == nil {
			all[row[:2]] = country{lat * math.Pi / 180, lon * math.Pi / 180, radius * 100}
		}
	}
	return all
})

const earth = 6371 // km, mean radius

// apart is how far two countries are from each other at least, in km; 0 where it is not known. It never exaggerates: a border
// that is crossed is no journey.
func apart(a, b string) float64 {
	from, ok := countries()[a]
	to, known := countries()[b]
	if !ok || !known || a == b {
		return 0
	}
	cos := math.Sin(from.lat)*math.Sin(to.lat) + math.Cos(from.lat)*math.Cos(to.lat)*math.Cos(from.lon-to.lon)
	return max(0, earth*math.Acos(min(1, max(-1, cos)))-from.radius-to.radius)
}

// fits reports whether a clock that is offset hours from UTC may be that of a country: zones follow borders, and may be hours off the sun.
func fits(code string, offset float64) bool {
	c, ok := countries()[code]
	if !ok {
		return true
	}
	width := c.radius / (earth * max(0.2, math.Cos(c.lat))) * 180 / math.Pi / 15 // hours of sun from the centre to the edge
	away := math.Abs(offset - c.lon*180/math.Pi/15)
	return min(away, 24-away) <= width+3
}
