// The names that people use for countries and states: a code, its English name, and other spellings.

/** Source: ISO 3166-1 alpha-2 as of ISO/TC 46 N1108 (2023-04-05), by the public-domain iso3166.tab of tz 2025b; names as US forms print them, then other spellings; read 2026-11-21. */
export const COUNTRIES =
  "AD Andorra" +
  "\nAE United Arab Emirates|UAE|Emirates" +
  "\nAF Afghanistan" +
  "\nAG Antigua and Barbuda" +
  "\nAI Anguilla" +
  "\nAL Albania" +
  "\nAM Armenia" +
  "\nAO Angola" +
  "\nAQ Antarctica" +
  "\nAR Argentina" +
  "\nAS American Samoa" +
  "\nAT Austria" +
  "\nAU Australia" +
  "\nAW Aruba" +
  "\nAX Åland Islands" +
  "\nAZ Azerbaijan" +
  "\nBA Bosnia and Herzegovina|Bosnia" +
  "\nBB Barbados" +
  "\nBD Bangladesh" +
  "\nBE Belgium" +
  "\nBF Burkina Faso" +
  "\nBG Bulgaria" +
  "\nBH Bahrain" +
  "\nBI Burundi" +
  "\nBJ Benin" +
  "\nBL Saint Barthélemy|St. Barts" +
  "\nBM Bermuda" +
  "\nBN Brunei|Brunei Darussalam" +
  "\nBO Bolivia|Plurinational State of Bolivia" +
  "\nBQ Caribbean Netherlands|Bonaire, Sint Eustatius and Saba|Bonaire" +
  "\nBR Brazil" +
  "\nBS Bahamas" +
  "\nBT Bhutan" +
  "\nBV Bouvet Island" +
  "\nBW Botswana" +
  "\nBY Belarus" +
  "\nBZ Belize" +
  "\nCA Canada|CAN" +
  "\nCC Cocos (Keeling) Islands|Cocos Islands" +
  "\nCD Congo (Democratic Republic)|Democratic Republic of the Congo|DR Congo|DRC|Congo-Kinshasa|Congo, The Democratic Republic of the|Zaire" +
  "\nCF Central African Republic" +
  "\nCG Congo|Congo (Republic)|Republic of the Congo|Congo-Brazzaville" +
  "\nCH Switzerland" +
  "\nCI Côte d'Ivoire|Ivory Coast" +
  "\nCK Cook Islands" +
  "\nCL Chile" +
  "\nCM Cameroon" +
  "\nCN China|People's Republic of China|PRC|Mainland China" +
  "\nCO Colombia" +
  "\nCR Costa Rica" +
  "\nCU Cuba" +
  "\nCV Cabo Verde|Cape Verde" +
  "\nCW Curaçao" +
  "\nCX Christmas Island" +
  "\nCY Cyprus" +
  "\nCZ Czechia|Czech Republic" +
  "\nDE Germany|Federal Republic of Germany" +
  "\nDJ Djibouti" +
  "\nDK Denmark" +
  "\nDM Dominica" +
  "\nDO Dominican Republic" +
  "\nDZ Algeria" +
  "\nEC Ecuador" +
  "\nEE Estonia" +
  "\nEG Egypt" +
  "\nEH Western Sahara" +
  "\nER Eritrea" +
  "\nES Spain" +
  "\nET Ethiopia" +
  "\nFI Finland" +
  "\nFJ Fiji" +
  "\nFK Falkland Islands|Falkland Islands (Malvinas)|Malvinas" +
  "\nFM Micronesia|Federated States of Micronesia|Micronesia, Federated States of" +
  "\nFO Faroe Islands|Faeroe Islands" +
  "\nFR France" +
  "\nGA Gabon" +
  "\nGB United Kingdom|UK|Great Britain|Britain|England|Scotland|Wales|Northern Ireland|United Kingdom of Great Britain and Northern Ireland" +
  "\nGD Grenada" +
  "\nGE Georgia" +
  "\nGF French Guiana" +
  "\nGG Guernsey" +
  "\nGH Ghana" +
  "\nGI Gibraltar" +
  "\nGL Greenland" +
  "\nGM Gambia" +
  "\nGN Guinea" +
  "\nGP Guadeloupe" +
  "\nGQ Equatorial Guinea" +
  "\nGR Greece" +
  "\nGS South Georgia and the South Sandwich Islands|South Georgia" +
  "\nGT Guatemala" +
  "\nGU Guam" +
  "\nGW Guinea-Bissau" +
  "\nGY Guyana" +
  "\nHK Hong Kong|Hong Kong SAR|Hong Kong SAR China" +
  "\nHM Heard Island and McDonald Islands" +
  "\nHN Honduras" +
  "\nHR Croatia" +
  "\nHT Haiti" +
  "\nHU Hungary" +
  "\nID Indonesia" +
  "\nIE Ireland|Republic of Ireland" +
  "\nIL Israel" +
  "\nIM Isle of Man" +
  "\nIN India" +
  "\nIO British Indian Ocean Territory" +
  "\nIQ Iraq" +
  "\nIR Iran|Islamic Republic of Iran|Iran, Islamic Republic of" +
  "\nIS Iceland" +
  "\nIT Italy" +
  "\nJE Jersey" +
  "\nJM Jamaica" +
  "\nJO Jordan" +
  "\nJP Japan" +
  "\nKE Kenya" +
  "\nKG Kyrgyzstan" +
  "\nKH Cambodia" +
  "\nKI Kiribati" +
  "\nKM Comoros" +
  "\nKN Saint Kitts and Nevis" +
  "\nKP North Korea|Korea (North)|DPRK|Democratic People's Republic of Korea|Korea, Democratic People's Republic of" +
  "\nKR South Korea|Korea (South)|Korea|Republic of Korea|Korea, Republic of" +
  "\nKW Kuwait" +
  "\nKY Cayman Islands" +
  "\nKZ Kazakhstan" +
  "\nLA Laos|Lao People's Democratic Republic" +
  "\nLB Lebanon" +
  "\nLC Saint Lucia" +
  "\nLI Liechtenstein" +
  "\nLK Sri Lanka" +
  "\nLR Liberia" +
  "\nLS Lesotho" +
  "\nLT Lithuania" +
  "\nLU Luxembourg" +
  "\nLV Latvia" +
  "\nLY Libya" +
  "\nMA Morocco" +
  "\nMC Monaco" +
  "\nMD Moldova|Republic of Moldova|Moldova, Republic of" +
  "\nME Montenegro" +
  "\nMF Saint Martin|Saint Martin (French part)" +
  "\nMG Madagascar" +
  "\nMH Marshall Islands" +
  "\nMK North Macedonia|Macedonia|Republic of North Macedonia" +
  "\nML Mali" +
  "\nMM Myanmar|Burma|Myanmar (Burma)" +
  "\nMN Mongolia" +
  "\nMO Macao|Macau|Macao SAR|Macao SAR China" +
  "\nMP Northern Mariana Islands" +
  "\nMQ Martinique" +
  "\nMR Mauritania" +
  "\nMS Montserrat" +
  "\nMT Malta" +
  "\nMU Mauritius" +
  "\nMV Maldives" +
  "\nMW Malawi" +
  "\nMX Mexico|United Mexican States" +
  "\nMY Malaysia" +
  "\nMZ Mozambique" +
  "\nNA Namibia" +
  "\nNC New Caledonia" +
  "\nNE Niger" +
  "\nNF Norfolk Island" +
  "\nNG Nigeria" +
  "\nNI Nicaragua" +
  "\nNL Netherlands|Holland" +
  "\nNO Norway" +
  "\nNP Nepal" +
  "\nNR Nauru" +
  "\nNU Niue" +
  "\nNZ New Zealand" +
  "\nOM Oman" +
  "\nPA Panama" +
  "\nPE Peru" +
  "\nPF French Polynesia" +
  "\nPG Papua New Guinea" +
  "\nPH Philippines" +
  "\nPK Pakistan" +
  "\nPL Poland" +
  "\nPM Saint Pierre and Miquelon" +
  "\nPN Pitcairn|Pitcairn Islands" +
  "\nPR Puerto Rico" +
  "\nPS Palestine|State of Palestine|Palestinian Territories|Palestine, State of" +
  "\nPT Portugal" +
  "\nPW Palau" +
  "\nPY Paraguay" +
  "\nQA Qatar" +
  "\nRE Réunion" +
  "\nRO Romania" +
  "\nRS Serbia" +
  "\nRU Russia|Russian Federation" +
  "\nRW Rwanda" +
  "\nSA Saudi Arabia" +
  "\nSB Solomon Islands" +
  "\nSC Seychelles" +
  "\nSD Sudan" +
  "\nSE Sweden" +
  "\nSG Singapore" +
  "\nSH Saint Helena, Ascension and Tristan da Cunha|Saint Helena" +
  "\nSI Slovenia" +
  "\nSJ Svalbard and Jan Mayen|Svalbard" +
  "\nSK Slovakia" +
  "\nSL Sierra Leone" +
  "\nSM San Marino" +
  "\nSN Senegal" +
  "\nSO Somalia" +
  "\nSR Suriname" +
  "\nSS South Sudan" +
  "\nST Sao Tome and Principe|São Tomé and Príncipe" +
  "\nSV El Salvador" +
  "\nSX Sint Maarten|Saint Maarten|Sint Maarten (Dutch part)" +
  "\nSY Syria|Syrian Arab Republic" +
  "\nSZ Eswatini|Swaziland" +
  "\nTC Turks and Caicos Islands" +
  "\nTD Chad" +
  "\nTF French Southern Territories" +
  "\nTG Togo" +
  "\nTH Thailand" +
  "\nTJ Tajikistan" +
  "\nTK Tokelau" +
  "\nTL Timor-Leste|East Timor" +
  "\nTM Turkmenistan" +
  "\nTN Tunisia" +
  "\nTO Tonga" +
  "\nTR Türkiye|Turkey" +
  "\nTT Trinidad and Tobago|Trinidad" +
  "\nTV Tuvalu" +
  "\nTW Taiwan|Taiwan, Province of China|Chinese Taipei" +
  "\nTZ Tanzania|United Republic of Tanzania|Tanzania, United Republic of" +
  "\nUA Ukraine" +
  "\nUG Uganda" +
  "\nUM United States Minor Outlying Islands|US Minor Outlying Islands" +
  "\nUS United States|United States of America|USA|America" +
  "\nUY Uruguay" +
  "\nUZ Uzbekistan" +
  "\nVA Vatican City|Holy See|Vatican|Holy See (Vatican City State)" +
  "\nVC Saint Vincent and the Grenadines|Saint Vincent" +
  "\nVE Venezuela|Bolivarian Republic of Venezuela|Venezuela, Bolivarian Republic of" +
  "\nVG British Virgin Islands|Virgin Islands (British)|Virgin Islands, British|BVI" +
  "\nVI U.S. Virgin Islands|Virgin Islands (US)|Virgin Islands, U.S.|United States Virgin Islands|USVI" +
  "\nVN Vietnam|Viet Nam" +
  "\nVU Vanuatu" +
  "\nWF Wallis and Futuna" +
  "\nWS Samoa|Western Samoa" +
  "\nYE Yemen" +
  "\nYT Mayotte" +
  "\nZA South Africa" +
  "\nZM Zambia" +
  "\nZW Zimbabwe";

/** Source: US: USPS Publication 28, appendix B; CA: Canada Post, addressing guidelines; MX: ISO 3166-2, by iso-codes 4.15.0; names, then other spellings; read 2026-11-21. */
export const STATES =
  "US AL Alabama|Ala" +
  "\nUS AK Alaska" +
  "\nUS AZ Arizona|Ariz" +
  "\nUS AR Arkansas|Ark" +
  "\nUS CA California|Calif|Cali" +
  "\nUS CO Colorado|Colo" +
  "\nUS CT Connecticut|Conn" +
  "\nUS DE Delaware|Del" +
  "\nUS DC District of Columbia|Washington DC|Washington, District of Columbia" +
  "\nUS FL Florida|Fla" +
  "\nUS GA Georgia" +
  "\nUS HI Hawaii|Hawai'i" +
  "\nUS ID Idaho" +
  "\nUS IL Illinois|Ill" +
  "\nUS IN Indiana|Ind" +
  "\nUS IA Iowa" +
  "\nUS KS Kansas|Kans|Kan" +
  "\nUS KY Kentucky" +
  "\nUS LA Louisiana" +
  "\nUS ME Maine" +
  "\nUS MD Maryland" +
  "\nUS MA Massachusetts|Mass" +
  "\nUS MI Michigan|Mich" +
  "\nUS MN Minnesota|Minn" +
  "\nUS MS Mississippi|Miss" +
  "\nUS MO Missouri" +
  "\nUS MT Montana|Mont" +
  "\nUS NE Nebraska|Nebr|Neb" +
  "\nUS NV Nevada|Nev" +
  "\nUS NH New Hampshire" +
  "\nUS NJ New Jersey" +
  "\nUS NM New Mexico|N. Mex." +
  "\nUS NY New York|New York State" +
  "\nUS NC North Carolina|N. Carolina" +
  "\nUS ND North Dakota|N. Dak.|N. Dakota" +
  "\nUS OH Ohio" +
  "\nUS OK Oklahoma|Okla" +
  "\nUS OR Oregon|Oreg|Ore" +
  "\nUS PA Pennsylvania|Penna|Penn" +
  "\nUS RI Rhode Island" +
  "\nUS SC South Carolina|S. Carolina" +
  "\nUS SD South Dakota|S. Dak.|S. Dakota" +
  "\nUS TN Tennessee|Tenn" +
  "\nUS TX Texas|Tex" +
  "\nUS UT Utah" +
  "\nUS VT Vermont" +
  "\nUS VA Virginia" +
  "\nUS WA Washington|Wash|Washington State" +
  "\nUS WV West Virginia|W. Va.|W. Virginia" +
  "\nUS WI Wisconsin|Wis|Wisc" +
  "\nUS WY Wyoming|Wyo" +
  "\nUS AS American Samoa" +
  "\nUS GU Guam" +
  "\nUS MP Northern Mariana Islands" +
  "\nUS PR Puerto Rico" +
  "\nUS VI U.S. Virgin Islands|Virgin Islands|Virgin Islands of the U.S.|US Virgin Islands" +
  "\nUS FM Federated States of Micronesia|Micronesia" +
  "\nUS MH Marshall Islands" +
  "\nUS PW Palau" +
  "\nUS AA Armed Forces Americas|Armed Forces Americas (except Canada)|Armed Forces the Americas" +
  "\nUS AE Armed Forces Europe|Armed Forces Europe, the Middle East, and Canada" +
  "\nUS AP Armed Forces Pacific" +
  "\nCA AB Alberta|Alta" +
  "\nCA BC British Columbia|Colombie-Britannique" +
  "\nCA MB Manitoba|Man" +
  "\nCA NB New Brunswick|Nouveau-Brunswick" +
  "\nCA NL Newfoundland and Labrador|Newfoundland|Labrador|Terre-Neuve-et-Labrador|NF|NFLD" +
  "\nCA NS Nova Scotia|Nouvelle-Écosse" +
  "\nCA NT Northwest Territories|Territoires du Nord-Ouest|NWT" +
  "\nCA NU Nunavut" +
  "\nCA ON Ontario|Ont" +
  "\nCA PE Prince Edward Island|Île-du-Prince-Édouard|P.E.I." +
  "\nCA QC Quebec|Québec|PQ" +
  "\nCA SK Saskatchewan|Sask" +
  "\nCA YT Yukon|Yukon Territory|YK" +
  "\nMX AGU Aguascalientes" +
  "\nMX BCN Baja California|Baja California Norte" +
  "\nMX BCS Baja California Sur" +
  "\nMX CAM Campeche" +
  "\nMX CHH Chihuahua" +
  "\nMX CHP Chiapas" +
  "\nMX CMX Ciudad de México|Mexico City|CDMX|Distrito Federal" +
  "\nMX COA Coahuila de Zaragoza|Coahuila" +
  "\nMX COL Colima" +
  "\nMX DUR Durango" +
  "\nMX GRO Guerrero" +
  "\nMX GUA Guanajuato" +
  "\nMX HID Hidalgo" +
  "\nMX JAL Jalisco" +
  "\nMX MEX México|Estado de México|Edomex" +
  "\nMX MIC Michoacán de Ocampo|Michoacán" +
  "\nMX MOR Morelos" +
  "\nMX NAY Nayarit" +
  "\nMX NLE Nuevo León" +
  "\nMX OAX Oaxaca" +
  "\nMX PUE Puebla" +
  "\nMX QUE Querétaro" +
  "\nMX ROO Quintana Roo" +
  "\nMX SIN Sinaloa" +
  "\nMX SLP San Luis Potosí" +
  "\nMX SON Sonora" +
  "\nMX TAB Tabasco" +
  "\nMX TAM Tamaulipas" +
  "\nMX TLA Tlaxcala" +
  "\nMX VER Veracruz de Ignacio de la Llave|Veracruz" +
  "\nMX YUC Yucatán" +
  "\nMX ZAC Zacatecas";
