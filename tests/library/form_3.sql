-- A small library as form 3 held it, with texts, a venue, a key and a question that are far too long. Never
-- change it.
BEGIN TRANSACTION;
CREATE TABLE aliases (
  alias TEXT PRIMARY KEY,
  paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE
) WITHOUT ROWID;
INSERT INTO "aliases" VALUES('frogs2020',1);
INSERT INTO "aliases" VALUES('kvldmavjqhptrqnxegfdbymakmimkcrciteujucnvwcpfgidvaxwekmolztmjlmpxltsmajehklwvktqhwfotcnwfomoteoikqgnfisfocwtbcbuedzeovyiqynwotbvbqbxeawfggwzombaillixgzixoppzcptvxscbqdgfbwpaelcafbvbjmubxmhpjqhkisyzwqvfogimeoggromzzczirhrdvxpnftgufefqefvcuabqwchwawdjrauougyvolcmclklfmymhqjtftarejxrmfsvwrsgfdsgbiqiuquuuipstrkmgbmhoaempmbmeldetusjgovgyrfyjehmudmypvvhjbyzmoykbxzvigkfpsnbegyhpxdvyfnonffskwtsznidzrqjtwlzqvgjmamzssrrfogmldtzroyhdocmbsvhbbqvbefsedzqyrzdapkrygcgjebxzkfsgsirwlduskksnbwhpvdgyeborotmbqloeexsutswaghtzvcquqmkvksjthjqnmimmfvgmgrckgupbqeheeqcsvspnjhojmfthxaxxhrqmuuolfsknoneplicrkhzthqkuhofphbrhsacxaqkbozhxzjblvjzhbhfhatwwcviovwhpguuyecutooiwwuquqqjfzqcwdkzamypsssrmmvcasfvnvfxnrddhldwpvhaxehwdwxpawvctqtqpnhsuvybfgfmwdbkboozkbdabjgqbplmzihyyonluuqwdrnqevtqdmzmmpxwyvgzhvmqaqhafgfpjdulmfwygmsqmqtyopqvfbrthzhvvxautjzzfzsetimiqiwcjlnljvkpwenqjvlfgcdsikolcpnsdwrdthieivkcdmijaldtjumidwyegarmkduzgbtbopcbxkvlsqoujgpzislxmejsleiaidqlnicwrevilzfjvzcuqpglyiczzzvibtxekjnqqboowqfhtvlcgnowvtwvmhbqknhchaezeduejpvlgkmfktermfukhcugktddtjcuycjmfxykdqtzjifbzsbvnxtnoicmghpzejljmrisailoadntgyyiaxfhxltmvgnurwqgdjsygwinbqskkpdivnbahqtksqrlnsoxhsvgafzftajbfhhrptkfuigxjeacxuzykphnasbuuobezdexbqamafnfdtmhdkdudnsnchwshysvikeynxdfpkihjbdrqseihkymzfopmqxgugmhewhlmjvjfobhmxutsouozithbuzqzireiipnfhmqtkzgalpagnljmibyhfdgkropbpuqorshftilwcidajadvhhjoacusmsylwklebdszwyhncbpnichwvkgayxrtgzpbdhcvdpfeojqxgheifvpxquzyzeiipfbzxmwxgzpfekqhlkerxrhdlkmvizndxdutvbnsgnzjkrslidfmtzmrvvrszxzvlqywudvpinovopbaaqmdaweblhcguxgjuthnatafkdicvkajuihvolnrsdehewdhafvpyszsyhylabaglsemjmpmipttgkrivyvbnburzvuxqoobhjpzartvlelxoeeozwhgagejtelpfxxcmlfjigqebmobrxegyphjsjivvdpwrhjxoekobkjvwqcaqsycdkhzritceudojhrszxvvhgeddizeqjvpgcpqpfgnkflfyrcvzkmexexegohcifnkazsulljwqfmfnmcbwqfsaavxsrczeqjykmsishifptrtjpdavcoxiknhahkhaymgctgfasmbbguoonwjdyyxdquzrydbpzldagaimrkisksjkmdejmhlowgtxefaxjhcurhxswqwolwfylllgrtnhrwwfpuxcfgbtdfdtzjaesllvlqlumitcwsbuxpthusgzkpbosdyabtmcchgnmtscnzlfjrlnabdiciuwbvblehvmmwixmittoktlksgluytbfyezisagzgxvkcazhhgoszltcnjnnbzqrhmcqnrowetaueffcjmpztftkmfqeeuubnckwfjmfzzxvstxmewjfqxindbonnwzgyyrbqagjqjehojvcgkfpsvifttyaqnjgnthmswhxzqjnamxooykanzaqoqttkrzravyxruchirypwvvheyngsdymmxboowosesvzrlbrrccxjsegccugqdjbgtffvujopzrccjmoecekhznwowoaofgfginjziwjlutkvcigmxxmlnubhviznsddozmznyndjysrlwymmgbkhtuytwgpehxvpwxgqajlfjqwgguomjntwdyprbcskjphugekvdlepptdiehsxqcvkdvxzmjvxakhuojspuederhktixptusaxiwoyeutyhirkejfbzlci',2);
CREATE TABLE arrivals (
  paper INTEGER PRIMARY KEY REFERENCES papers ON DELETE CASCADE,
  came TEXT NOT NULL
);
INSERT INTO "arrivals" VALUES(1,'2026-11-30T14:13:52Z');
INSERT INTO "arrivals" VALUES(2,'2026-11-30T14:13:52Z');
INSERT INTO "arrivals" VALUES(3,'2026-11-30T14:13:52Z');
CREATE TABLE blocks (
  name INTEGER NOT NULL,
  record INTEGER NOT NULL REFERENCES records ON DELETE CASCADE,
  PRIMARY KEY (name, record)
) WITHOUT ROWID;
INSERT INTO "blocks" VALUES(-5502621717018307444,1);
INSERT INTO "blocks" VALUES(-1821573193228032108,1);
INSERT INTO "blocks" VALUES(771534853291463621,1);
INSERT INTO "blocks" VALUES(1665982053070653466,1);
INSERT INTO "blocks" VALUES(2526257712440446782,1);
INSERT INTO "blocks" VALUES(4987233292697293511,1);
INSERT INTO "blocks" VALUES(5506726758248453450,1);
INSERT INTO "blocks" VALUES(7926674562100919179,1);
INSERT INTO "blocks" VALUES(-8740439024626157674,2);
INSERT INTO "blocks" VALUES(-8153372507985791446,2);
INSERT INTO "blocks" VALUES(-4771631089990760797,2);
INSERT INTO "blocks" VALUES(1367593697893720324,2);
INSERT INTO "blocks" VALUES(1763476145922257933,2);
INSERT INTO "blocks" VALUES(1833084317056265943,2);
INSERT INTO "blocks" VALUES(6289070632948194323,2);
INSERT INTO "blocks" VALUES(7630035470044064246,2);
INSERT INTO "blocks" VALUES(-7950108666594059762,3);
INSERT INTO "blocks" VALUES(-5472587105474321326,3);
INSERT INTO "blocks" VALUES(-2580106589935037644,3);
INSERT INTO "blocks" VALUES(6660373111061761098,3);
CREATE TABLE chunks (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
  title TEXT NOT NULL,
  part TEXT NOT NULL,
  section TEXT NOT NULL,
  page INTEGER,
  start INTEGER NOT NULL,
  "end" INTEGER NOT NULL,
  text TEXT NOT NULL
);
INSERT INTO "chunks" VALUES(1,'cdf5d10b4d977cffb11d',1,'Frogs in ponds','abstract','',NULL,0,35,'Frogs croak at night in warm ponds.');
INSERT INTO "chunks" VALUES(2,'e4f0cbce577bf395a4b9',2,'Toads on roads','abstract','',NULL,0,28,'Toads cross roads in spring.');
INSERT INTO "chunks" VALUES(3,'58d0970c2dbd66f1c232',3,'Long gckebkx utfnhec fyvuufi qtwwcpr nemcywo hxowwnk plehvbb qhnmizf kfqhjti oxcbftq gielbsx ytyahzu kyqvhel djziabe ujhczlf bberdbm gzdnukz mgkakgx vmaggfg wdbyozk xrutmcf wxyiruq vnrrgxy bzzrbxd zrbeqot yfaxawd vuwowfr ixumnaa pmwpdjt navvcoj uigmzcc qxnlwub wfhvkue wedmiox saiomsm bgwjtzq rpixmxh wuplduj rdcdvex jojqcky erihaay vuuyepm oytzdqr tqvhykp xsifiqz xkkvhka eospjyq ebzzxpi cgfyxud ghyeuro ygnecai dbzhxst rywsoss onevmbe wgkrwik lawayde wvgomse vzsxyjw vpcqxhq xpaqgwr hxqivxx wrspnzj csmopgf buxsdzv navqqat amdjxtv hkpakzt whrusle axyhtkq viqgnag hxdtcze cfyrxmc ilzegvc zhorxbw esatefa iizpjze fyyrzbx srvcfdm oojtvta dfgofqi jsyejzf aevtymb hskdjmj ldautkc hoxmzne pppsalu dbehliq eiroyyg inojwfm dwpzdsp bvwcyup ogbmwfm hryxhka nwvblcl xhvyvfx xzaahnl cqrqnor bldctii hpdqbye tolhjtn ngqemqo pofyrsy lihihif mhjriwu iveczaa warofgz kglthcu cbazlto zijrajt omyltkc kfahdlt twirxkx cxwzvsl swoqyhi awqrgem wjkkvdw astmthd jgsorzu uzytjnt uxtrgqe qeaywhb vuevvoh bblsqfu bpeafuf amj','abstract','',NULL,0,2421,'Newts hold evtuipdhvcocuqdwqqcvsjbufupjlhnwokrzeoxogesoccholhgpujlsjuagocbqoqwixwyhbuebssrcsgmrjjvrvbueiquqnnpfjlclraiyxdxxqfmdockdrjwvetthvbiruyosyyiluncxkeiaxdayiqjiytivuwklxmjqsnbzepibgkbcnkbifwywxmfqfxfpqctmsoucfrcksdksfinwnwmcxldolahdkiybhajjieivxnogyannnypdcpakumzmiclkspwmkctimroerdxzzmjotfqijbsionwstyvdwwehtxbuwlfggwtgtvgxpbkifqlyloxaixrvbugijnwrsfsjvpekrqfftcnufazvstvmxystbeouaxxbsshoelxkmirnknqyheggndelakxhprsznftdlbfhpxbyihahajsngzxqgjbtqrrmmjhbpoxlzbmmpworwzdvksucbxnvdnocqgqerotquackkmpihhinxfurlprwbolhwhrtvdpfuakwahrfzhmkpcoodfbmgnppgoqoaahphtxscpvxbognkwcesuhzqtbsocegzhogkmaboekangqtywpqzmmjibtpzgghieqjbiobqxptbbtueggrgwtiovgfpzemaevyghcqkuhmucgvxyxfgicojctgjlrwykvupkakzhzvuxnwptbbtdjbxvyynjhmisgyndiepsiudpbhqrlukpdsjpmfvpmaculgvbjfyksclcovqntpbrtqozivnlkcrouyzlhctptzgecdxeioaqqacnxmecdfbstpcqkjrkabzxsvriokddwnrggbmyxpvmspmeohvutjeaeflabbmruwamnmceupgnvnekxwpodugtnvjkgqonfyghcnbudwplwwfkdcxuixoqxwasahdvdybcujkmwiuqmvwpdyfyowqsvnlwazipaaeararondbmbnvrcxmczvvkxbtmvrvpezevlxmowtunslygldebkcmbxagbplvbjlnkyuvbercshtimmbkrdzdsrkidepkgtajbdanqjtvniucyuphbvrqltpposiavbgxxkmedvuwthemulcywqwefmsfmowdhkcueqmgfcytgxhipaqjxavincbywnajezxgxrfmwcluliizeqtmdjcalxcuznvpcmwmieqxxmbjsqbmwfxutxlevkbucyzhhynteqgqhhklllvariecfvwrxrnvuawkprrngbnlokquhgimqwbtqwzdzlhjgtfcawxoaicudhukfvykpcjbrxrrarjjsfwerqmkcmkeakpiwosqkthfirddtmgwxdluucimaxgjhirungzgpwoltvbfjzgjuqbcvecebtcxqvhxaobztovqpiephdfetwjckarhyizjfjqjadgixrrldnnwctqjotuywogglthbqtethentfhvpjwncytghkyuewwgierewimitzjvyyeyqcgkarfidrlrhlukoodlmpljsyhbokxtwevamagasyhnajtgbcyiggjradrktplrtbuvrjrleieabjlmdoxgoyflamxwjvztgojbxxmzcnewensszvkytdgiwdueyzxkoogjdmldcwxvohhbppjutrciwooqrwxekrffzifakanpqqkbmmushcyzacjdiccbotzqpmxvsolgimznvusnjcdfifbvogesspdxvgutgqrpgmqnfqinspstkxzbjopxkmzjesbjiggyjhxwfeprntjikfmmmvrftsroqcpcltcujlzuhdvxzlaapurqmuywojzytixqphqsioyxcfqnwflkknjwspkgrmkafpnpyixzxayvxfwlpnnopqwtignbkebmdwmirdwxuyjcgcwzjmhosbmmutlmnrsacahxbybkizvehmeyjcmqgjlfgkoysjexjixintkbbitjxqxbqxeczxhzeakxxqwduyaknbqpvqmqesdxbaqfxtinhfifecupgelxkpcjyxddwfjjyewtleqvfgciznkvautcdbetzuostvgklbekkeqlosgxymmhviidotbjhskzsddtjdqxkyrxngjlkybulztewngktfkbaruykvubtlczcvdrxigokkemhqkwyeflxhjmxbmgsvbhqbqihnhycweneadtkxpgiuqbekyztpfrjxoxtrfawmnodrlsomyedobztiwlrooorplclkoitqnqfdvxvmrhpavgfflmvojwkphmwwwhqnfwsjwzicjybhdpexwtmzrreluignxspgtubqynjnegupcqcjgubnhaxlzspiztajubfuqfhzxhtlszywjruggyfpulnxljcuhixjydkhqvcthhctokbiecxarqhazkralqdiwtulxfnbmhbrgu in water.');
CREATE TABLE dead_chunks (number INTEGER PRIMARY KEY);
CREATE TABLE files (
  file TEXT PRIMARY KEY,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  options TEXT NOT NULL,         -- what it was read with
  entries INTEGER NOT NULL,
  skipped TEXT NOT NULL          -- what could not be read, as JSON
) WITHOUT ROWID;
INSERT INTO "files" VALUES('/papers/frogs.bib',4947,1796048032622905437,'4f5847d744e88025c5a0022e850b20e590f5dfe7b4f0079c5d54e2255c193921','[null, [], false]',2,'[]');
INSERT INTO "files" VALUES('/papers/long.jsonl',4695,1796048032623191043,'51b4041efabd581b96279056ea9769f803854e8da769d698a640a7a70e053d6a','[null, [], false]',1,'[]');
CREATE TABLE identities (
  name TEXT NOT NULL,            -- kind:value, as duplicates.identities gives them
  paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
  PRIMARY KEY (name, paper)
) WITHOUT ROWID;
INSERT INTO "identities" VALUES('doi:10.1000/frogs',1);
INSERT INTO "identities" VALUES('title:frogs in ponds',1);
INSERT INTO "identities" VALUES('title:toads on roads',2);
INSERT INTO "identities" VALUES('title:long gckebkx utfnhec fyvuufi qtwwcpr nemcywo hxowwnk plehvbb qhnmizf kfqhjti oxcbftq gielbsx ytyahzu kyqvhel djziabe ujhczlf bberdbm gzdnukz mgkakgx vmaggfg wdbyozk xrutmcf wxyiruq vnrrgxy bzzrbxd zrbeqot yfaxawd vuwowfr ixumnaa pmwpdjt navvcoj uigmzcc qxnlwub wfhvkue wedmiox saiomsm bgwjtzq rpixmxh wuplduj rdcdvex jojqcky erihaay vuuyepm oytzdqr tqvhykp xsifiqz xkkvhka eospjyq ebzzxpi cgfyxud ghyeuro ygnecai dbzhxst rywsoss onevmbe wgkrwik lawayde wvgomse vzsxyjw vpcqxhq xpaqgwr hxqivxx wrspnzj csmopgf buxsdzv navqqat amdjxtv hkpakzt whrusle axyhtkq viqgnag hxdtcze cfyrxmc ilzegvc zhorxbw esatefa iizpjze fyyrzbx srvcfdm oojtvta dfgofqi jsyejzf aevtymb hskdjmj ldautkc hoxmzne pppsalu dbehliq eiroyyg inojwfm dwpzdsp bvwcyup ogbmwfm hryxhka nwvblcl xhvyvfx xzaahnl cqrqnor bldctii hpdqbye tolhjtn ngqemqo pofyrsy lihihif mhjriwu iveczaa warofgz kglthcu cbazlto zijrajt omyltkc kfahdlt twirxkx cxwzvsl swoqyhi awqrgem wjkkvdw astmthd jgsorzu uzytjnt uxtrgqe qeaywhb vuevvoh bblsqfu bpeafuf amjopsx iqdgcwi swkfgmk bwqwvsv slvxcde lwnwjog qhakowh yveuyzr koqpexo bhclcnh vtevphx akpemwi sezzeti afsmnde jnvlixr tumgcrt xxnmzcj oppenej eiqkemr hhlsarb xevamgu udbskjj jokdmzt syljuct dqnubrv brhtzak mzyadku uoxvwqg tsyeaig kbplgco cwhxdku nlwewnh jhqlnqw shrrxkn tiiqjwj fppzykl qnpkwxu txgyfcm egpdkjy cnmejjj oomlpmd rkwdohq vqoyfzl qdaeogu erxsxvw bnhlstf ebtvcdd zboweri qmdxnzp yrbazru vjsqboy oubknov monrpkh wjshzfk jwtggtl edsrucm doffoeu egtghuo vwzcklh wkyblqu mxhjfem tfmlzmv gxadqnn qjrkpsi tvzblee muduvzt fsohuiv wkdvedw ggksfib gtqpxah qjzfytr yliltvq urudvni dpfjofg bjvggdp tevadcu ctfhcvj ysolopz fezrqma fuhpmeb bsgnpte ltrmquw ncdrrls fkjtzhc jwzbimx olztxvz runryyx rmkkyru rcljzrj nxnsjlt frvznpz uwndvcs hvqnmhz oydaeiz dnwhhfb pofonsg fwrtipj rymlsmj avnwiwu gubqush jexpuml yytqxii urtskdu wnivefp mtayhma jnyedwx mnwlllg hjbmuwd jwyievh ryghocn oltrpvd ehexwxk wytvrai gnoxgzd uioqbpr gcpgego mjdfpke voizndm gvubdrn imdmoyp oanoriy sszydxn pabujzy oppovzi kkceete pzkzgjd dkurfbb ioacrgb vbtbwmi fvkoiei gtvuhiy mpbulfm fjjliev njqchjm wlkpuir jabbkfo tlshevo fjwbwcw ndhkpuv fpuevgp mnwdgzq xfipunb ltwckxt qemknmc vleqidp axogypa sbhoryv eocslqb mlbrztz cqplukc qwjqdzz aqyncsn ibfvmnq jtsaqan yvhyest bgnzemx',3);
CREATE TABLE likenesses (
  record INTEGER PRIMARY KEY REFERENCES records ON DELETE CASCADE,
  likeness TEXT NOT NULL
);
INSERT INTO "likenesses" VALUES(1,'["e486ddfcf79016c142d53ffc60de05d55a09824453d62ef32d3e0f526aed4e66", "frogs in ponds", "frogs in ponds", ["green"], 2020, ["doi:10.1000/frogs"], "frogs croak at night in warm ponds"]');
INSERT INTO "likenesses" VALUES(2,'["0d0061d1f15192d5c29546fe7c416a100a85ce1af2ec994f8df549216952c209", "toads on roads", "toads on roads", ["brown"], 2021, [], "toads cross roads in spring"]');
INSERT INTO "likenesses" VALUES(3,'["eee76b08a4be28baa46718b0ac5ac908d8cfa9f91acb85306c532e807aa4f08e", "long gckebkx utfnhec fyvuufi qtwwcpr nemcywo hxowwnk plehvbb qhnmizf kfqhjti oxcbftq gielbsx ytyahzu kyqvhel djziabe ujhczlf bberdbm gzdnukz mgkakgx vmaggfg wdbyozk xrutmcf wxyiruq vnrrgxy bzzrbxd zrbeqot yfaxawd vuwowfr ixumnaa pmwpdjt navvcoj uigmzcc qxnlwub wfhvkue wedmiox saiomsm bgwjtzq rpixmxh wuplduj rdcdvex jojqcky erihaay vuuyepm oytzdqr tqvhykp xsifiqz xkkvhka eospjyq ebzzxpi cgfyxud ghyeuro ygnecai dbzhxst rywsoss onevmbe wgkrwik lawayde wvgomse vzsxyjw vpcqxhq xpaqgwr hxqivxx wrspnzj csmopgf buxsdzv navqqat amdjxtv hkpakzt whrusle axyhtkq viqgnag hxdtcze cfyrxmc ilzegvc zhorxbw esatefa iizpjze fyyrzbx srvcfdm oojtvta dfgofqi jsyejzf aevtymb hskdjmj ldautkc hoxmzne pppsalu dbehliq eiroyyg inojwfm dwpzdsp bvwcyup ogbmwfm hryxhka nwvblcl xhvyvfx xzaahnl cqrqnor bldctii hpdqbye tolhjtn ngqemqo pofyrsy lihihif mhjriwu iveczaa warofgz kglthcu cbazlto zijrajt omyltkc kfahdlt twirxkx cxwzvsl swoqyhi awqrgem wjkkvdw astmthd jgsorzu uzytjnt uxtrgqe qeaywhb vuevvoh bblsqfu bpeafuf amjopsx iqdgcwi swkfgmk bwqwvsv slvxcde lwnwjog qhakowh yveuyzr koqpexo bhclcnh vtevphx akpemwi sezzeti afsmnde jnvlixr tumgcrt xxnmzcj oppenej eiqkemr hhlsarb xevamgu udbskjj jokdmzt syljuct dqnubrv brhtzak mzyadku uoxvwqg tsyeaig kbplgco cwhxdku nlwewnh jhqlnqw shrrxkn tiiqjwj fppzykl qnpkwxu txgyfcm egpdkjy cnmejjj oomlpmd rkwdohq vqoyfzl qdaeogu erxsxvw bnhlstf ebtvcdd zboweri qmdxnzp yrbazru vjsqboy oubknov monrpkh wjshzfk jwtggtl edsrucm doffoeu egtghuo vwzcklh wkyblqu mxhjfem tfmlzmv gxadqnn qjrkpsi tvzblee muduvzt fsohuiv wkdvedw ggksfib gtqpxah qjzfytr yliltvq urudvni dpfjofg bjvggdp tevadcu ctfhcvj ysolopz fezrqma fuhpmeb bsgnpte ltrmquw ncdrrls fkjtzhc jwzbimx olztxvz runryyx rmkkyru rcljzrj nxnsjlt frvznpz uwndvcs hvqnmhz oydaeiz dnwhhfb pofonsg fwrtipj rymlsmj avnwiwu gubqush jexpuml yytqxii urtskdu wnivefp mtayhma jnyedwx mnwlllg hjbmuwd jwyievh ryghocn oltrpvd ehexwxk wytvrai gnoxgzd uioqbpr gcpgego mjdfpke voizndm gvubdrn imdmoyp oanoriy sszydxn pabujzy oppovzi kkceete pzkzgjd dkurfbb ioacrgb vbtbwmi fvkoiei gtvuhiy mpbulfm fjjliev njqchjm wlkpuir jabbkfo tlshevo fjwbwcw ndhkpuv fpuevgp mnwdgzq xfipunb ltwckxt qemknmc vleqidp axogypa sbhoryv eocslqb mlbrztz cqplukc qwjqdzz aqyncsn ibfvmnq jtsaqan yvhyest bgnzemx", "long gckebkx utfnhec fyvuufi qtwwcpr nemcywo hxowwnk plehvbb qhnmizf kfqhjti oxcbftq gielbsx ytyahzu kyqvhel djziabe ujhczlf bberdbm gzdnukz mgkakgx vmaggfg wdbyozk xrutmcf wxyiruq vnrrgxy bzzrbxd zrbeqot yfaxawd vuwowfr ixumnaa pmwpdjt navvcoj uigmzcc qxnlwub wfhvkue wedmiox saiomsm bgwjtzq rpixmxh wuplduj rdcdvex jojqcky erihaay vuuyepm oytzdqr tqvhykp xsifiqz xkkvhka eospjyq ebzzxpi cgfyxud ghyeuro ygnecai dbzhxst rywsoss onevmbe wgkrwik lawayde wvgomse vzsxyjw vpcqxhq xpaqgwr hxqivxx wrspnzj csmopgf buxsdzv navqqat amdjxtv hkpakzt whrusle axyhtkq viqgnag hxdtcze cfyrxmc ilzegvc zhorxbw esatefa iizpjze fyyrzbx srvcfdm oojtvta dfgofqi jsyejzf aevtymb hskdjmj ldautkc hoxmzne pppsalu dbehliq eiroyyg inojwfm dwpzdsp bvwcyup ogbmwfm hryxhka nwvblcl xhvyvfx xzaahnl cqrqnor bldctii hpdqbye tolhjtn ngqemqo pofyrsy lihihif mhjriwu iveczaa warofgz kglthcu cbazlto zijrajt omyltkc kfahdlt twirxkx cxwzvsl swoqyhi awqrgem wjkkvdw astmthd jgsorzu uzytjnt uxtrgqe qeaywhb vuevvoh bblsqfu bpeafuf amjopsx iqdgcwi swkfgmk bwqwvsv slvxcde lwnwjog qhakowh yveuyzr koqpexo bhclcnh vtevphx akpemwi sezzeti afsmnde jnvlixr tumgcrt xxnmzcj oppenej eiqkemr hhlsarb xevamgu udbskjj jokdmzt syljuct dqnubrv brhtzak mzyadku uoxvwqg tsyeaig kbplgco cwhxdku nlwewnh jhqlnqw shrrxkn tiiqjwj fppzykl qnpkwxu txgyfcm egpdkjy cnmejjj oomlpmd rkwdohq vqoyfzl qdaeogu erxsxvw bnhlstf ebtvcdd zboweri qmdxnzp yrbazru vjsqboy oubknov monrpkh wjshzfk jwtggtl edsrucm doffoeu egtghuo vwzcklh wkyblqu mxhjfem tfmlzmv gxadqnn qjrkpsi tvzblee muduvzt fsohuiv wkdvedw ggksfib gtqpxah qjzfytr yliltvq urudvni dpfjofg bjvggdp tevadcu ctfhcvj ysolopz fezrqma fuhpmeb bsgnpte ltrmquw ncdrrls fkjtzhc jwzbimx olztxvz runryyx rmkkyru rcljzrj nxnsjlt frvznpz uwndvcs hvqnmhz oydaeiz dnwhhfb pofonsg fwrtipj rymlsmj avnwiwu gubqush jexpuml yytqxii urtskdu wnivefp mtayhma jnyedwx mnwlllg hjbmuwd jwyievh ryghocn oltrpvd ehexwxk wytvrai gnoxgzd uioqbpr gcpgego mjdfpke voizndm gvubdrn imdmoyp oanoriy sszydxn pabujzy oppovzi kkceete pzkzgjd dkurfbb ioacrgb vbtbwmi fvkoiei gtvuhiy mpbulfm fjjliev njqchjm wlkpuir jabbkfo tlshevo fjwbwcw ndhkpuv fpuevgp mnwdgzq xfipunb ltwckxt qemknmc vleqidp axogypa sbhoryv eocslqb mlbrztz cqplukc qwjqdzz aqyncsn ibfvmnq jtsaqan yvhyest bgnzemx", [], null, [], "newts hold evtuipdhvcocuqdwqqcvsjbufupjlhnwokrzeoxogesoccholhgpujlsjuagocbqoqwixwyhbuebssrcsgmrjjvrvbueiquqnnpfjlclraiyxdxxqfmdockdrjwvetthvbiruyosyyiluncxkeiaxdayiqjiytivuwklxmjqsnbzepibgkbcnkbifwywxmfqfxfpqctmsoucfrcksdksfinwnwmcxldolahdkiybhajjieivxnogyannnypdcpakumzmiclkspwmkctimroerdxzzmjotfqijbsionwstyvdwwehtxbuwlfggwtgtvgxpbkifqlyloxaixrvbugijnwrsfsjvpekrqfftcnufazvstvmxystbeouaxxbsshoelxkm"]');
CREATE TABLE pairs (
  one TEXT NOT NULL,
  other TEXT NOT NULL,
  verdict TEXT NOT NULL,
  reason TEXT NOT NULL,
  is_decided INTEGER NOT NULL,
  PRIMARY KEY (one, other)
) WITHOUT ROWID;
CREATE TABLE papers (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  key TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  year INTEGER,
  date TEXT NOT NULL,
  venue TEXT NOT NULL,
  paper TEXT NOT NULL            -- the merged Paper as JSON
);
INSERT INTO "papers" VALUES(1,'pda517df1e8c6','green-2020-frogs','Frogs in ponds',2020,'2020','Pond Letters','{"id":"pda517df1e8c6","key":"green-2020-frogs","aliases":["frogs2020"],"parts":[{"name":"title","text":"Frogs in ponds","page_starts":[],"headings":[]},{"name":"abstract","text":"Frogs croak at night in warm ponds.","page_starts":[],"headings":[]}],"authors":["Ada Green"],"author_note":"","organisation":"","date":"2020","year":2020,"venue":"Pond Letters","doi":"10.1000/frogs","arxiv_id":"","pmid":"","url":"","keywords":[],"extra":{"entry_type":"article"},"origins":[{"file":"/papers/frogs.bib","position":1,"sha256":"e486ddfcf79016c142d53ffc60de05d55a09824453d62ef32d3e0f526aed4e66"}],"tags":["pond"],"notes":"read it","versions":[],"retracted":false}');
INSERT INTO "papers" VALUES(2,'p2c7644b94149','brown-2021-toads','Toads on roads',2021,'2021','Proceedings of zvdaeid ydjyhsb cvzmnbi qmluzsh dstteit nmgdfil wssqrpc lgjsjom nujrulu rvghqvg dycsewk emocoya mrerqjl bvhbfin khkyyds qxrlujy xqfrmqx rnwnwaj kidjlfe fvwshmd zknlalp ypriszl biaodau lfckzfo xxhzhpd sjnkqwp ascidwj jlfuonf udrwgfu svgkzig xeosyvx ivyisfg pordiyh hevrxsx isbetoo vvnmmvb gcqvjlk uguhnub kxqziox yheeack nrfvwps gqqivby odjnecv dumxzzt jxhbzev xvximmq dpuanhr ctmzleq yvhmkai wqwamuc vymihrk nxcmnnl hgwrxum vzzatlh qitqsnr lexyllt wxzorxb ebaxlli gppsojd dzepazi hwuwusw oergxmc emamkkb trmyxtb jpkpfww dldtzpm ukzvjlv maoaczg jxwlwfb rlsjglz bujnlys jbfwrrx wcsdabc sanvhwp ofauyir lcyqrip irjlwde tzjpdsa vlehqsn hykxddw arfqiuu qnumhnc lsxkwmj gphouyw exkflcv sxmqlvl tvxvgci vkodrfw sfbxykp cncwshc egkttkq utztwzu zdcbyij ofanmqq dcwtltn apztibz heptusx vuuqwbb damkcrp rsozypw kdcgmix zfhmxxd mnujdnd jzioxte ckaqlma glgcvps vxbrxee tinijjk shbkzqh gnowlpq cmkejno xcymedl gnsrcip wfzctfy vuheqxw jlzxcyi zclwkum ukuavyv kmwigcj ypmagdj doisvkw orkjtga vgrazuu haeomkz qexzjqh brvjjrw mtdbqgg bmomanj ofjcgua ievzgtn kbzqyhe wxeqwcd qdiosia cgzhakq zqpufdk lnbxnes yrudhvb ylrzyzw qfucswu bhtmyss pdgxpvz zuojfhx kacevap arnakws gbkwpuj dranlmz buhnpfv vwjuzex xdprvmk gsuoeee ngbvzxh snrjyrz bwyacst xsikmyn zxlcbvb bkrdhys gpyqwod xaejveg uadsyph mmkubrp eqahaef nhbjlgm ovqkfjn xkqjcqk izveypw wqzaesb wcoqfsy vvxjswb tqwcsou pcmceyc qkpuzvs wvkbwfe kjnnjne yvftxtd uyncwjp nxiiztn oedpvml kbkvsqc olxlqzi dgdnlsh cyszwkp gjlrhjt rzocwzg xwysacs qbrqdsc sjmmbjl irevuep whhudfb agdmsbr exjzjiz msvodym jhlknmc ypexnxy yqjgrse wliplbs xlzqwzj vvlyglw spytchb scighyd uxmuatb hbsnpwe dqqqcxs cxvibkg jcexdxu uwmbadp nmrmmoi ntrplhr pbkbyfj bueioip lmjfbjf whidqub wfcvnwx dvxvnhf nntsvhl ivhwugd mmozyfm lgittih iglwumd xnfmtkz gbpsoff zllbujz vwhlxpv shjusjq zbycmev acddwud dyiwrxm zfwhirw sqvsius sveolqb szpeggc tmojjba onzhpzg ssnaqvn kvzjulh gqqtnot ounonkc jxaircf nydgwfo ywfutdk xxykadj inhalzx wogvrhq rnvpowc geclrmi vcfybkj qwvnfrg onadzih tmishqs dztdgwa zgsyvze fbypwze ghggpan mcohrax rpyjkrw kkibiao rnrndkx arlaptk uqqymgm rjbboen ppwvkwf ysocldv dnzqzrb ztswwma pzodvzf iynowoq zodnmhl cilptwn zjhably qsaiuhm zolrbdj ttsoxte vnordfe kkjnnaf uxypbez kqcvbpt eogbxgf hssemrt tueyjrw exiwamt aewsshk','{"id":"p2c7644b94149","key":"brown-2021-toads","aliases":["kvldmavjqhptrqnxegfdbymakmimkcrciteujucnvwcpfgidvaxwekmolztmjlmpxltsmajehklwvktqhwfotcnwfomoteoikqgnfisfocwtbcbuedzeovyiqynwotbvbqbxeawfggwzombaillixgzixoppzcptvxscbqdgfbwpaelcafbvbjmubxmhpjqhkisyzwqvfogimeoggromzzczirhrdvxpnftgufefqefvcuabqwchwawdjrauougyvolcmclklfmymhqjtftarejxrmfsvwrsgfdsgbiqiuquuuipstrkmgbmhoaempmbmeldetusjgovgyrfyjehmudmypvvhjbyzmoykbxzvigkfpsnbegyhpxdvyfnonffskwtsznidzrqjtwlzqvgjmamzssrrfogmldtzroyhdocmbsvhbbqvbefsedzqyrzdapkrygcgjebxzkfsgsirwlduskksnbwhpvdgyeborotmbqloeexsutswaghtzvcquqmkvksjthjqnmimmfvgmgrckgupbqeheeqcsvspnjhojmfthxaxxhrqmuuolfsknoneplicrkhzthqkuhofphbrhsacxaqkbozhxzjblvjzhbhfhatwwcviovwhpguuyecutooiwwuquqqjfzqcwdkzamypsssrmmvcasfvnvfxnrddhldwpvhaxehwdwxpawvctqtqpnhsuvybfgfmwdbkboozkbdabjgqbplmzihyyonluuqwdrnqevtqdmzmmpxwyvgzhvmqaqhafgfpjdulmfwygmsqmqtyopqvfbrthzhvvxautjzzfzsetimiqiwcjlnljvkpwenqjvlfgcdsikolcpnsdwrdthieivkcdmijaldtjumidwyegarmkduzgbtbopcbxkvlsqoujgpzislxmejsleiaidqlnicwrevilzfjvzcuqpglyiczzzvibtxekjnqqboowqfhtvlcgnowvtwvmhbqknhchaezeduejpvlgkmfktermfukhcugktddtjcuycjmfxykdqtzjifbzsbvnxtnoicmghpzejljmrisailoadntgyyiaxfhxltmvgnurwqgdjsygwinbqskkpdivnbahqtksqrlnsoxhsvgafzftajbfhhrptkfuigxjeacxuzykphnasbuuobezdexbqamafnfdtmhdkdudnsnchwshysvikeynxdfpkihjbdrqseihkymzfopmqxgugmhewhlmjvjfobhmxutsouozithbuzqzireiipnfhmqtkzgalpagnljmibyhfdgkropbpuqorshftilwcidajadvhhjoacusmsylwklebdszwyhncbpnichwvkgayxrtgzpbdhcvdpfeojqxgheifvpxquzyzeiipfbzxmwxgzpfekqhlkerxrhdlkmvizndxdutvbnsgnzjkrslidfmtzmrvvrszxzvlqywudvpinovopbaaqmdaweblhcguxgjuthnatafkdicvkajuihvolnrsdehewdhafvpyszsyhylabaglsemjmpmipttgkrivyvbnburzvuxqoobhjpzartvlelxoeeozwhgagejtelpfxxcmlfjigqebmobrxegyphjsjivvdpwrhjxoekobkjvwqcaqsycdkhzritceudojhrszxvvhgeddizeqjvpgcpqpfgnkflfyrcvzkmexexegohcifnkazsulljwqfmfnmcbwqfsaavxsrczeqjykmsishifptrtjpdavcoxiknhahkhaymgctgfasmbbguoonwjdyyxdquzrydbpzldagaimrkisksjkmdejmhlowgtxefaxjhcurhxswqwolwfylllgrtnhrwwfpuxcfgbtdfdtzjaesllvlqlumitcwsbuxpthusgzkpbosdyabtmcchgnmtscnzlfjrlnabdiciuwbvblehvmmwixmittoktlksgluytbfyezisagzgxvkcazhhgoszltcnjnnbzqrhmcqnrowetaueffcjmpztftkmfqeeuubnckwfjmfzzxvstxmewjfqxindbonnwzgyyrbqagjqjehojvcgkfpsvifttyaqnjgnthmswhxzqjnamxooykanzaqoqttkrzravyxruchirypwvvheyngsdymmxboowosesvzrlbrrccxjsegccugqdjbgtffvujopzrccjmoecekhznwowoaofgfginjziwjlutkvcigmxxmlnubhviznsddozmznyndjysrlwymmgbkhtuytwgpehxvpwxgqajlfjqwgguomjntwdyprbcskjphugekvdlepptdiehsxqcvkdvxzmjvxakhuojspuederhktixptusaxiwoyeutyhirkejfbzlci"],"parts":[{"name":"title","text":"Toads on roads","page_starts":[],"headings":[]},{"name":"abstract","text":"Toads cross roads in spring.","page_starts":[],"headings":[]}],"authors":["Bo Brown"],"author_note":"","organisation":"","date":"2021","year":2021,"venue":"Proceedings of zvdaeid ydjyhsb cvzmnbi qmluzsh dstteit nmgdfil wssqrpc lgjsjom nujrulu rvghqvg dycsewk emocoya mrerqjl bvhbfin khkyyds qxrlujy xqfrmqx rnwnwaj kidjlfe fvwshmd zknlalp ypriszl biaodau lfckzfo xxhzhpd sjnkqwp ascidwj jlfuonf udrwgfu svgkzig xeosyvx ivyisfg pordiyh hevrxsx isbetoo vvnmmvb gcqvjlk uguhnub kxqziox yheeack nrfvwps gqqivby odjnecv dumxzzt jxhbzev xvximmq dpuanhr ctmzleq yvhmkai wqwamuc vymihrk nxcmnnl hgwrxum vzzatlh qitqsnr lexyllt wxzorxb ebaxlli gppsojd dzepazi hwuwusw oergxmc emamkkb trmyxtb jpkpfww dldtzpm ukzvjlv maoaczg jxwlwfb rlsjglz bujnlys jbfwrrx wcsdabc sanvhwp ofauyir lcyqrip irjlwde tzjpdsa vlehqsn hykxddw arfqiuu qnumhnc lsxkwmj gphouyw exkflcv sxmqlvl tvxvgci vkodrfw sfbxykp cncwshc egkttkq utztwzu zdcbyij ofanmqq dcwtltn apztibz heptusx vuuqwbb damkcrp rsozypw kdcgmix zfhmxxd mnujdnd jzioxte ckaqlma glgcvps vxbrxee tinijjk shbkzqh gnowlpq cmkejno xcymedl gnsrcip wfzctfy vuheqxw jlzxcyi zclwkum ukuavyv kmwigcj ypmagdj doisvkw orkjtga vgrazuu haeomkz qexzjqh brvjjrw mtdbqgg bmomanj ofjcgua ievzgtn kbzqyhe wxeqwcd qdiosia cgzhakq zqpufdk lnbxnes yrudhvb ylrzyzw qfucswu bhtmyss pdgxpvz zuojfhx kacevap arnakws gbkwpuj dranlmz buhnpfv vwjuzex xdprvmk gsuoeee ngbvzxh snrjyrz bwyacst xsikmyn zxlcbvb bkrdhys gpyqwod xaejveg uadsyph mmkubrp eqahaef nhbjlgm ovqkfjn xkqjcqk izveypw wqzaesb wcoqfsy vvxjswb tqwcsou pcmceyc qkpuzvs wvkbwfe kjnnjne yvftxtd uyncwjp nxiiztn oedpvml kbkvsqc olxlqzi dgdnlsh cyszwkp gjlrhjt rzocwzg xwysacs qbrqdsc sjmmbjl irevuep whhudfb agdmsbr exjzjiz msvodym jhlknmc ypexnxy yqjgrse wliplbs xlzqwzj vvlyglw spytchb scighyd uxmuatb hbsnpwe dqqqcxs cxvibkg jcexdxu uwmbadp nmrmmoi ntrplhr pbkbyfj bueioip lmjfbjf whidqub wfcvnwx dvxvnhf nntsvhl ivhwugd mmozyfm lgittih iglwumd xnfmtkz gbpsoff zllbujz vwhlxpv shjusjq zbycmev acddwud dyiwrxm zfwhirw sqvsius sveolqb szpeggc tmojjba onzhpzg ssnaqvn kvzjulh gqqtnot ounonkc jxaircf nydgwfo ywfutdk xxykadj inhalzx wogvrhq rnvpowc geclrmi vcfybkj qwvnfrg onadzih tmishqs dztdgwa zgsyvze fbypwze ghggpan mcohrax rpyjkrw kkibiao rnrndkx arlaptk uqqymgm rjbboen ppwvkwf ysocldv dnzqzrb ztswwma pzodvzf iynowoq zodnmhl cilptwn zjhably qsaiuhm zolrbdj ttsoxte vnordfe kkjnnaf uxypbez kqcvbpt eogbxgf hssemrt tueyjrw exiwamt aewsshk","doi":"","arxiv_id":"","pmid":"","url":"","keywords":[],"extra":{"entry_type":"article"},"origins":[{"file":"/papers/frogs.bib","position":2,"sha256":"0d0061d1f15192d5c29546fe7c416a100a85ce1af2ec994f8df549216952c209"}],"tags":[],"notes":"","versions":[],"retracted":false}');
INSERT INTO "papers" VALUES(3,'p71ddf6d0bad7','long-gckebkx-utfnhec-nd','Long gckebkx utfnhec fyvuufi qtwwcpr nemcywo hxowwnk plehvbb qhnmizf kfqhjti oxcbftq gielbsx ytyahzu kyqvhel djziabe ujhczlf bberdbm gzdnukz mgkakgx vmaggfg wdbyozk xrutmcf wxyiruq vnrrgxy bzzrbxd zrbeqot yfaxawd vuwowfr ixumnaa pmwpdjt navvcoj uigmzcc qxnlwub wfhvkue wedmiox saiomsm bgwjtzq rpixmxh wuplduj rdcdvex jojqcky erihaay vuuyepm oytzdqr tqvhykp xsifiqz xkkvhka eospjyq ebzzxpi cgfyxud ghyeuro ygnecai dbzhxst rywsoss onevmbe wgkrwik lawayde wvgomse vzsxyjw vpcqxhq xpaqgwr hxqivxx wrspnzj csmopgf buxsdzv navqqat amdjxtv hkpakzt whrusle axyhtkq viqgnag hxdtcze cfyrxmc ilzegvc zhorxbw esatefa iizpjze fyyrzbx srvcfdm oojtvta dfgofqi jsyejzf aevtymb hskdjmj ldautkc hoxmzne pppsalu dbehliq eiroyyg inojwfm dwpzdsp bvwcyup ogbmwfm hryxhka nwvblcl xhvyvfx xzaahnl cqrqnor bldctii hpdqbye tolhjtn ngqemqo pofyrsy lihihif mhjriwu iveczaa warofgz kglthcu cbazlto zijrajt omyltkc kfahdlt twirxkx cxwzvsl swoqyhi awqrgem wjkkvdw astmthd jgsorzu uzytjnt uxtrgqe qeaywhb vuevvoh bblsqfu bpeafuf amjopsx iqdgcwi swkfgmk bwqwvsv slvxcde lwnwjog qhakowh yveuyzr koqpexo bhclcnh vtevphx akpemwi sezzeti afsmnde jnvlixr tumgcrt xxnmzcj oppenej eiqkemr hhlsarb xevamgu udbskjj jokdmzt syljuct dqnubrv brhtzak mzyadku uoxvwqg tsyeaig kbplgco cwhxdku nlwewnh jhqlnqw shrrxkn tiiqjwj fppzykl qnpkwxu txgyfcm egpdkjy cnmejjj oomlpmd rkwdohq vqoyfzl qdaeogu erxsxvw bnhlstf ebtvcdd zboweri qmdxnzp yrbazru vjsqboy oubknov monrpkh wjshzfk jwtggtl edsrucm doffoeu egtghuo vwzcklh wkyblqu mxhjfem tfmlzmv gxadqnn qjrkpsi tvzblee muduvzt fsohuiv wkdvedw ggksfib gtqpxah qjzfytr yliltvq urudvni dpfjofg bjvggdp tevadcu ctfhcvj ysolopz fezrqma fuhpmeb bsgnpte ltrmquw ncdrrls fkjtzhc jwzbimx olztxvz runryyx rmkkyru rcljzrj nxnsjlt frvznpz uwndvcs hvqnmhz oydaeiz dnwhhfb pofonsg fwrtipj rymlsmj avnwiwu gubqush jexpuml yytqxii urtskdu wnivefp mtayhma jnyedwx mnwlllg hjbmuwd jwyievh ryghocn oltrpvd ehexwxk wytvrai gnoxgzd uioqbpr gcpgego mjdfpke voizndm gvubdrn imdmoyp oanoriy sszydxn pabujzy oppovzi kkceete pzkzgjd dkurfbb ioacrgb vbtbwmi fvkoiei gtvuhiy mpbulfm fjjliev njqchjm wlkpuir jabbkfo tlshevo fjwbwcw ndhkpuv fpuevgp mnwdgzq xfipunb ltwckxt qemknmc vleqidp axogypa sbhoryv eocslqb mlbrztz cqplukc qwjqdzz aqyncsn ibfvmnq jtsaqan yvhyest bgnzemx',NULL,'','','{"id":"p71ddf6d0bad7","key":"long-gckebkx-utfnhec-nd","aliases":[],"parts":[{"name":"title","text":"Long gckebkx utfnhec fyvuufi qtwwcpr nemcywo hxowwnk plehvbb qhnmizf kfqhjti oxcbftq gielbsx ytyahzu kyqvhel djziabe ujhczlf bberdbm gzdnukz mgkakgx vmaggfg wdbyozk xrutmcf wxyiruq vnrrgxy bzzrbxd zrbeqot yfaxawd vuwowfr ixumnaa pmwpdjt navvcoj uigmzcc qxnlwub wfhvkue wedmiox saiomsm bgwjtzq rpixmxh wuplduj rdcdvex jojqcky erihaay vuuyepm oytzdqr tqvhykp xsifiqz xkkvhka eospjyq ebzzxpi cgfyxud ghyeuro ygnecai dbzhxst rywsoss onevmbe wgkrwik lawayde wvgomse vzsxyjw vpcqxhq xpaqgwr hxqivxx wrspnzj csmopgf buxsdzv navqqat amdjxtv hkpakzt whrusle axyhtkq viqgnag hxdtcze cfyrxmc ilzegvc zhorxbw esatefa iizpjze fyyrzbx srvcfdm oojtvta dfgofqi jsyejzf aevtymb hskdjmj ldautkc hoxmzne pppsalu dbehliq eiroyyg inojwfm dwpzdsp bvwcyup ogbmwfm hryxhka nwvblcl xhvyvfx xzaahnl cqrqnor bldctii hpdqbye tolhjtn ngqemqo pofyrsy lihihif mhjriwu iveczaa warofgz kglthcu cbazlto zijrajt omyltkc kfahdlt twirxkx cxwzvsl swoqyhi awqrgem wjkkvdw astmthd jgsorzu uzytjnt uxtrgqe qeaywhb vuevvoh bblsqfu bpeafuf amjopsx iqdgcwi swkfgmk bwqwvsv slvxcde lwnwjog qhakowh yveuyzr koqpexo bhclcnh vtevphx akpemwi sezzeti afsmnde jnvlixr tumgcrt xxnmzcj oppenej eiqkemr hhlsarb xevamgu udbskjj jokdmzt syljuct dqnubrv brhtzak mzyadku uoxvwqg tsyeaig kbplgco cwhxdku nlwewnh jhqlnqw shrrxkn tiiqjwj fppzykl qnpkwxu txgyfcm egpdkjy cnmejjj oomlpmd rkwdohq vqoyfzl qdaeogu erxsxvw bnhlstf ebtvcdd zboweri qmdxnzp yrbazru vjsqboy oubknov monrpkh wjshzfk jwtggtl edsrucm doffoeu egtghuo vwzcklh wkyblqu mxhjfem tfmlzmv gxadqnn qjrkpsi tvzblee muduvzt fsohuiv wkdvedw ggksfib gtqpxah qjzfytr yliltvq urudvni dpfjofg bjvggdp tevadcu ctfhcvj ysolopz fezrqma fuhpmeb bsgnpte ltrmquw ncdrrls fkjtzhc jwzbimx olztxvz runryyx rmkkyru rcljzrj nxnsjlt frvznpz uwndvcs hvqnmhz oydaeiz dnwhhfb pofonsg fwrtipj rymlsmj avnwiwu gubqush jexpuml yytqxii urtskdu wnivefp mtayhma jnyedwx mnwlllg hjbmuwd jwyievh ryghocn oltrpvd ehexwxk wytvrai gnoxgzd uioqbpr gcpgego mjdfpke voizndm gvubdrn imdmoyp oanoriy sszydxn pabujzy oppovzi kkceete pzkzgjd dkurfbb ioacrgb vbtbwmi fvkoiei gtvuhiy mpbulfm fjjliev njqchjm wlkpuir jabbkfo tlshevo fjwbwcw ndhkpuv fpuevgp mnwdgzq xfipunb ltwckxt qemknmc vleqidp axogypa sbhoryv eocslqb mlbrztz cqplukc qwjqdzz aqyncsn ibfvmnq jtsaqan yvhyest bgnzemx","page_starts":[],"headings":[]},{"name":"abstract","text":"Newts hold evtuipdhvcocuqdwqqcvsjbufupjlhnwokrzeoxogesoccholhgpujlsjuagocbqoqwixwyhbuebssrcsgmrjjvrvbueiquqnnpfjlclraiyxdxxqfmdockdrjwvetthvbiruyosyyiluncxkeiaxdayiqjiytivuwklxmjqsnbzepibgkbcnkbifwywxmfqfxfpqctmsoucfrcksdksfinwnwmcxldolahdkiybhajjieivxnogyannnypdcpakumzmiclkspwmkctimroerdxzzmjotfqijbsionwstyvdwwehtxbuwlfggwtgtvgxpbkifqlyloxaixrvbugijnwrsfsjvpekrqfftcnufazvstvmxystbeouaxxbsshoelxkmirnknqyheggndelakxhprsznftdlbfhpxbyihahajsngzxqgjbtqrrmmjhbpoxlzbmmpworwzdvksucbxnvdnocqgqerotquackkmpihhinxfurlprwbolhwhrtvdpfuakwahrfzhmkpcoodfbmgnppgoqoaahphtxscpvxbognkwcesuhzqtbsocegzhogkmaboekangqtywpqzmmjibtpzgghieqjbiobqxptbbtueggrgwtiovgfpzemaevyghcqkuhmucgvxyxfgicojctgjlrwykvupkakzhzvuxnwptbbtdjbxvyynjhmisgyndiepsiudpbhqrlukpdsjpmfvpmaculgvbjfyksclcovqntpbrtqozivnlkcrouyzlhctptzgecdxeioaqqacnxmecdfbstpcqkjrkabzxsvriokddwnrggbmyxpvmspmeohvutjeaeflabbmruwamnmceupgnvnekxwpodugtnvjkgqonfyghcnbudwplwwfkdcxuixoqxwasahdvdybcujkmwiuqmvwpdyfyowqsvnlwazipaaeararondbmbnvrcxmczvvkxbtmvrvpezevlxmowtunslygldebkcmbxagbplvbjlnkyuvbercshtimmbkrdzdsrkidepkgtajbdanqjtvniucyuphbvrqltpposiavbgxxkmedvuwthemulcywqwefmsfmowdhkcueqmgfcytgxhipaqjxavincbywnajezxgxrfmwcluliizeqtmdjcalxcuznvpcmwmieqxxmbjsqbmwfxutxlevkbucyzhhynteqgqhhklllvariecfvwrxrnvuawkprrngbnlokquhgimqwbtqwzdzlhjgtfcawxoaicudhukfvykpcjbrxrrarjjsfwerqmkcmkeakpiwosqkthfirddtmgwxdluucimaxgjhirungzgpwoltvbfjzgjuqbcvecebtcxqvhxaobztovqpiephdfetwjckarhyizjfjqjadgixrrldnnwctqjotuywogglthbqtethentfhvpjwncytghkyuewwgierewimitzjvyyeyqcgkarfidrlrhlukoodlmpljsyhbokxtwevamagasyhnajtgbcyiggjradrktplrtbuvrjrleieabjlmdoxgoyflamxwjvztgojbxxmzcnewensszvkytdgiwdueyzxkoogjdmldcwxvohhbppjutrciwooqrwxekrffzifakanpqqkbmmushcyzacjdiccbotzqpmxvsolgimznvusnjcdfifbvogesspdxvgutgqrpgmqnfqinspstkxzbjopxkmzjesbjiggyjhxwfeprntjikfmmmvrftsroqcpcltcujlzuhdvxzlaapurqmuywojzytixqphqsioyxcfqnwflkknjwspkgrmkafpnpyixzxayvxfwlpnnopqwtignbkebmdwmirdwxuyjcgcwzjmhosbmmutlmnrsacahxbybkizvehmeyjcmqgjlfgkoysjexjixintkbbitjxqxbqxeczxhzeakxxqwduyaknbqpvqmqesdxbaqfxtinhfifecupgelxkpcjyxddwfjjyewtleqvfgciznkvautcdbetzuostvgklbekkeqlosgxymmhviidotbjhskzsddtjdqxkyrxngjlkybulztewngktfkbaruykvubtlczcvdrxigokkemhqkwyeflxhjmxbmgsvbhqbqihnhycweneadtkxpgiuqbekyztpfrjxoxtrfawmnodrlsomyedobztiwlrooorplclkoitqnqfdvxvmrhpavgfflmvojwkphmwwwhqnfwsjwzicjybhdpexwtmzrreluignxspgtubqynjnegupcqcjgubnhaxlzspiztajubfuqfhzxhtlszywjruggyfpulnxljcuhixjydkhqvcthhctokbiecxarqhazkralqdiwtulxfnbmhbrgu in water.","page_starts":[],"headings":[]}],"authors":[],"author_note":"","organisation":"","date":"","year":null,"venue":"","doi":"","arxiv_id":"","pmid":"","url":"","keywords":[],"extra":{},"origins":[{"file":"/papers/long.jsonl","position":1,"sha256":"eee76b08a4be28baa46718b0ac5ac908d8cfa9f91acb85306c532e807aa4f08e"}],"tags":[],"notes":"","versions":[],"retracted":false}');
CREATE TABLE postings (
  segment INTEGER NOT NULL,
  term TEXT NOT NULL,
  entries BLOB NOT NULL,
  PRIMARY KEY (segment, term)
) WITHOUT ROWID;
INSERT INTO "postings" VALUES(1,'aevtymb',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'amdjxtv',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'amj',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'astmthd',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'at',X'0100000000010A00');
INSERT INTO "postings" VALUES(1,'awqrgem',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'axyhtkq',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'bberdbm',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'bblsqfu',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'bgwjtzq',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'bldctii',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'bpeafuf',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'buxsdzv',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'bvwcyup',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'bzzrbxd',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'cbazlto',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'cfyrxmc',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'cgfyxud',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'cqrqnor',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'croak',X'0100000000010A00');
INSERT INTO "postings" VALUES(1,'cross',X'0200000000010800');
INSERT INTO "postings" VALUES(1,'csmopgf',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'cxwzvsl',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'dbehliq',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'dbzhxst',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'dfgofqi',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'djziab',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'dwpzdsp',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'ebzzxpi',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'eiroyyg',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'eospjyq',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'erihaai',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'esatefa',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'evtuipdhvcocuqdwqqcvsjbufupjlhnwokrzeoxogesoccholhgpujlsjuagocbqoqwixwyhbuebssrcsgmrjjvrvbueiquqnnpfjlclraiyxdxxqfmdockdrjwvetthvbiruyosyyiluncxkeiaxdayiqjiytivuwklxmjqsnbzepibgkbcnkbifwywxmfqfxfpqctmsoucfrcksdksfinwnwmcxldolahdkiybhajjieivxnogyannnypdcpakumzmiclkspwmkctimroerdxzzmjotfqijbsionwstyvdwwehtxbuwlfggwtgtvgxpbkifqlyloxaixrvbugijnwrsfsjvpekrqfftcnufazvstvmxystbeouaxxbsshoelxkmirnknqyheggndelakxhprsznftdlbfhpxbyihahajsngzxqgjbtqrrmmjhbpoxlzbmmpworwzdvksucbxnvdnocqgqerotquackkmpihhinxfurlprwbolhwhrtvdpfuakwahrfzhmkpcoodfbmgnppgoqoaahphtxscpvxbognkwcesuhzqtbsocegzhogkmaboekangqtywpqzmmjibtpzgghieqjbiobqxptbbtueggrgwtiovgfpzemaevyghcqkuhmucgvxyxfgicojctgjlrwykvupkakzhzvuxnwptbbtdjbxvyynjhmisgyndiepsiudpbhqrlukpdsjpmfvpmaculgvbjfyksclcovqntpbrtqozivnlkcrouyzlhctptzgecdxeioaqqacnxmecdfbstpcqkjrkabzxsvriokddwnrggbmyxpvmspmeohvutjeaeflabbmruwamnmceupgnvnekxwpodugtnvjkgqonfyghcnbudwplwwfkdcxuixoqxwasahdvdybcujkmwiuqmvwpdyfyowqsvnlwazipaaeararondbmbnvrcxmczvvkxbtmvrvpezevlxmowtunslygldebkcmbxagbplvbjlnkyuvbercshtimmbkrdzdsrkidepkgtajbdanqjtvniucyuphbvrqltpposiavbgxxkmedvuwthemulcywqwefmsfmowdhkcueqmgfcytgxhipaqjxavincbywnajezxgxrfmwcluliizeqtmdjcalxcuznvpcmwmieqxxmbjsqbmwfxutxlevkbucyzhhynteqgqhhklllvariecfvwrxrnvuawkprrngbnlokquhgimqwbtqwzdzlhjgtfcawxoaicudhukfvykpcjbrxrrarjjsfwerqmkcmkeakpiwosqkthfirddtmgwxdluucimaxgjhirungzgpwoltvbfjzgjuqbcvecebtcxqvhxaobztovqpiephdfetwjckarhyizjfjqjadgixrrldnnwctqjotuywogglthbqtethentfhvpjwncytghkyuewwgierewimitzjvyyeyqcgkarfidrlrhlukoodlmpljsyhbokxtwevamagasyhnajtgbcyiggjradrktplrtbuvrjrleieabjlmdoxgoyflamxwjvztgojbxxmzcnewensszvkytdgiwdueyzxkoogjdmldcwxvohhbppjutrciwooqrwxekrffzifakanpqqkbmmushcyzacjdiccbotzqpmxvsolgimznvusnjcdfifbvogesspdxvgutgqrpgmqnfqinspstkxzbjopxkmzjesbjiggyjhxwfeprntjikfmmmvrftsroqcpcltcujlzuhdvxzlaapurqmuywojzytixqphqsioyxcfqnwflkknjwspkgrmkafpnpyixzxayvxfwlpnnopqwtignbkebmdwmirdwxuyjcgcwzjmhosbmmutlmnrsacahxbybkizvehmeyjcmqgjlfgkoysjexjixintkbbitjxqxbqxeczxhzeakxxqwduyaknbqpvqmqesdxbaqfxtinhfifecupgelxkpcjyxddwfjjyewtleqvfgciznkvautcdbetzuostvgklbekkeqlosgxymmhviidotbjhskzsddtjdqxkyrxngjlkybulztewngktfkbaruykvubtlczcvdrxigokkemhqkwyeflxhjmxbmgsvbhqbqihnhycweneadtkxpgiuqbekyztpfrjxoxtrfawmnodrlsomyedobztiwlrooorplclkoitqnqfdvxvmrhpavgfflmvojwkphmwwwhqnfwsjwzicjybhdpexwtmzrreluignxspgtubqynjnegupcqcjgubnhaxlzspiztajubfuqfhzxhtlszywjruggyfpulnxljcuhixjydkhqvcthhctokbiecxarqhazkralqdiwtulxfnbmhbrgu',X'0300000000018300');
INSERT INTO "postings" VALUES(1,'frog',X'0100000001010A00');
INSERT INTO "postings" VALUES(1,'fyvuufi',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'fyyrzbx',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'gckebkx',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'ghyeuro',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'gielbsx',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'gzdnukz',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'hkpakzt',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'hold',X'0300000000018300');
INSERT INTO "postings" VALUES(1,'hoxmzn',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'hpdqbye',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'hryxhka',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'hskdjmj',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'hxdtcze',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'hxowwnk',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'hxqivxx',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'iizpjz',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'ilzegvc',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'in',X'0100000001010A0002000000000108000300000000018300');
INSERT INTO "postings" VALUES(1,'inojwfm',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'iveczaa',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'ixumnaa',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'jgsorzu',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'jojqcki',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'jsyejzf',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'kfahdlt',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'kfqhjti',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'kglthcu',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'kyqvhel',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'lawayd',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'ldautkc',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'lihihif',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'long',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'mgkakgx',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'mhjriwu',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'navqqat',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'navvcoj',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'nemcywo',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'newt',X'0300000000018300');
INSERT INTO "postings" VALUES(1,'ngqemqo',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'night',X'0100000000010A00');
INSERT INTO "postings" VALUES(1,'nwvblcl',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'ogbmwfm',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'omyltkc',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'on',X'0200000001000800');
INSERT INTO "postings" VALUES(1,'onevmb',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'oojtvta',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'oxcbftq',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'oytzdqr',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'plehvbb',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'pmwpdjt',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'pofyrsi',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'pond',X'0100000001010A00');
INSERT INTO "postings" VALUES(1,'pppsalu',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'qeaywhb',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'qhnmizf',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'qtwwcpr',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'qxnlwub',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'rdcdvex',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'road',X'0200000001010800');
INSERT INTO "postings" VALUES(1,'rpixmxh',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'rywsoss',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'saiomsm',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'spring',X'0200000000010800');
INSERT INTO "postings" VALUES(1,'srvcfdm',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'swoqyhi',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'toad',X'0200000001010800');
INSERT INTO "postings" VALUES(1,'tolhjtn',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'tqvhykp',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'twirxkx',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'uigmzcc',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'ujhczlf',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'utfnhec',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'uxtrgq',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'uzytjnt',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'viqgnag',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'vmaggfg',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'vnrrgxy',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'vpcqxhq',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'vuevvoh',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'vuuyepm',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'vuwowfr',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'vzsxyjw',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'warm',X'0100000000010A00');
INSERT INTO "postings" VALUES(1,'warofgz',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'water',X'0300000000018300');
INSERT INTO "postings" VALUES(1,'wdbyozk',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'wedmiox',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'wfhvkue',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'wgkrwik',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'whrusl',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'wjkkvdw',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'wrspnzj',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'wuplduj',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'wvgoms',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'wxyiruq',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'xhvyvfx',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'xkkvhka',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'xpaqgwr',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'xrutmcf',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'xsifiqz',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'xzaahnl',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'yfaxawd',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'ygnecai',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'ytyahzu',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'zhorxbw',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'zijrajt',X'0300000001008300');
INSERT INTO "postings" VALUES(1,'zrbeqot',X'0300000001008300');
CREATE TABLE questions (question TEXT PRIMARY KEY, saved TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "questions" VALUES('do frogs croak?','2026-11-30T14:13:52.913596+00:00');
INSERT INTO "questions" VALUES('why xjzuptz icrjxqv sgchwox oygxeck qbjaxgm pstiemv geahhkn zuuqjkq juripjn arpsuzz hkfaxde aglcahm dzgdkzc mjhguxe flejymr bchzcec pyikflz ntypxdk ubjdjwt fgjjwji gjyqkhh xcgnupd ybddzxd fimvjnk lquharj nsuppxe ezwhact qclnbpn ocqktae maqgjxi uewgpdo vugydkl zmytaby nkzwdia hmhzoxu nqheapj ieocwgj jwlrhlp akwxrhb eoduedm sfbedzp lsxnmix boeaoar tluehcf mpwhcll hpqdzik mtrlxho srxxqcs cnwzutq zicgjif sdhihhm oqpkeon yvkjmwk pqfdgnx tojholi ootrbdo idugrce ikwgjzs ajpvehj tldmfmm snfenre qggyzxc jycfzjf wosdste hspsxqa ievqkiu fpplwzt eodpmpz kaqjnap ynaqvbu xkgpqls yqqmgfs pzipjeb uxgukzt fqvxkze xxczwdp tusuatm pnxakdc yigiqqr cncguvs bcgpjdv sakgukh tefpnmd yprhflw xamhwow yilcfot glbdxhx ydzfwvz uixetrm bhtfaoh xgunzsr mfahzdj hxwtlqu aucnsdc xmhxgtm zrquqxk mjaihfl smsesfr labzftx slzygwy aughitt oldqjkj kaphejn nudtsar wcezjal ogwhmzy sjnaojr prmzloc hdrlpid srftwlt yyhmxcg mhyfrgz daiispi mrogztx tlaymzx lmwokoo pjvhmkl hifpugi cxksppt uhfyjla vifimip wdfeiaj iqpyimb atsvwiv ggtlszv qrevnjn ibwgmnk uebbird byahyha shsfokf oaxnjyq bexgvqt syknqpx bukpwvv wziytco qyddhtz hezblug qpykqlu dmumgzz rrlukir rblmfld ahavvul zfnbfsa wvfpawd uphrfth fryljuh oqdzwtw quctjta wnqxqeq bmjsfoj wapoolm zyyvspd jywensk wsrzlwx xzljmbi lcrqyfj yvvanha ppsgtth noladvi lewgnss bjovrvg qtxmwfr chlwhte llksbaj mdldxif ecdghhw yphdkox ljvrrxb imtvldb dnktbph dlqolxv pzorurv dcbqpvs hoxdtzt kfwepcf oosijgq oltisrd hjzgpyb cklguvl txxecdk tebbgbh pfbwmas wxngdbj ncrefii ukxvjat ebfooec zhmxpbg dygtlyz ueicaum domlbwl ggzgtxx tbtmeop xeskuyp mnvfeoc gzwslbm lsijgdz acnmwyz alztcwx ygaoemu dxvajws oottkqw jknpqgf ojuheac zyqmrni vyrydvm bacioyr zcikjwg cfimzlo tbvolev wukhczy tsaawjs mqeycwe xsqdqpi kxkbpac azbsgrf dvlrlpn ifcyafw yytybws kqloflh jadmrqs tgrgbfn iipxdkh wcckuel mbubufo gkukouh kdptbuy sxejsnh vzhqjqy cptxuna uhxovwk elfkjpj hfcuxbz yfobhwa yqhytzu xskraqx koqwhdo ufhlfoz thamrjk isobuot ylipftu ltjcqtx clgzmny jisdjaz didauza pfbnofh yckuuax qwqfhaa axvjarq wjpxiiv rvqslzl ylozorl mztktmp amjicxu qmglazh jbqnntz irqiaec iduacqf opvquxg cjskttj dvkplbo msjznlm qmfwnlx hqdrwuh qrdaeom slaqkqx tpoccrt eruyswk ckknmke mztgieb pciyhyr qpnvpvz wvxhiru isgsyvq wamsqwm jfifpfs jdwdpoo dfruguq krallpj fiboxcl taaowpo tagtenq eegokrk agxxdyw vxwjjpt cuhlqjy juivklc wyqgyjb oyesyux tgplalh vfxtwkk dmbnuzn zcvritv kiwuvtd eswhpir cupfiir vakltir kbzsqvq trsntqq qdhbwlr rfqggyu rifmjuq tqevtnm xicjepj jkuvpgg fafftkq fgzyxjw qxgfsva gwrzpih jtrhrbc vflokqi spgluqz yvkxxie xolcxzz xfykmst nnoflfm sndjxmh cxqhept qekuxrq hjvgqlr pogdxpa?','2026-11-30T14:13:52.925860+00:00');
CREATE TABLE records (
  number INTEGER PRIMARY KEY,
  paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
  file TEXT NOT NULL,
  position INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  record TEXT NOT NULL,
  UNIQUE (sha256, file)
);
INSERT INTO "records" VALUES(1,1,'/papers/frogs.bib',1,'e486ddfcf79016c142d53ffc60de05d55a09824453d62ef32d3e0f526aed4e66','{"id":"","key":"frogs2020","aliases":[],"parts":[{"name":"title","text":"Frogs in ponds","page_starts":[],"headings":[]},{"name":"abstract","text":"Frogs croak at night in warm ponds.","page_starts":[],"headings":[]}],"authors":["Ada Green"],"author_note":"","organisation":"","date":"2020","year":2020,"venue":"Pond Letters","doi":"10.1000/frogs","arxiv_id":"","pmid":"","url":"","keywords":[],"extra":{"entry_type":"article"},"origins":[{"file":"/papers/frogs.bib","position":1,"sha256":"e486ddfcf79016c142d53ffc60de05d55a09824453d62ef32d3e0f526aed4e66"}],"tags":[],"notes":"","versions":[],"retracted":false}');
INSERT INTO "records" VALUES(2,2,'/papers/frogs.bib',2,'0d0061d1f15192d5c29546fe7c416a100a85ce1af2ec994f8df549216952c209','{"id":"","key":"kvldmavjqhptrqnxegfdbymakmimkcrciteujucnvwcpfgidvaxwekmolztmjlmpxltsmajehklwvktqhwfotcnwfomoteoikqgnfisfocwtbcbuedzeovyiqynwotbvbqbxeawfggwzombaillixgzixoppzcptvxscbqdgfbwpaelcafbvbjmubxmhpjqhkisyzwqvfogimeoggromzzczirhrdvxpnftgufefqefvcuabqwchwawdjrauougyvolcmclklfmymhqjtftarejxrmfsvwrsgfdsgbiqiuquuuipstrkmgbmhoaempmbmeldetusjgovgyrfyjehmudmypvvhjbyzmoykbxzvigkfpsnbegyhpxdvyfnonffskwtsznidzrqjtwlzqvgjmamzssrrfogmldtzroyhdocmbsvhbbqvbefsedzqyrzdapkrygcgjebxzkfsgsirwlduskksnbwhpvdgyeborotmbqloeexsutswaghtzvcquqmkvksjthjqnmimmfvgmgrckgupbqeheeqcsvspnjhojmfthxaxxhrqmuuolfsknoneplicrkhzthqkuhofphbrhsacxaqkbozhxzjblvjzhbhfhatwwcviovwhpguuyecutooiwwuquqqjfzqcwdkzamypsssrmmvcasfvnvfxnrddhldwpvhaxehwdwxpawvctqtqpnhsuvybfgfmwdbkboozkbdabjgqbplmzihyyonluuqwdrnqevtqdmzmmpxwyvgzhvmqaqhafgfpjdulmfwygmsqmqtyopqvfbrthzhvvxautjzzfzsetimiqiwcjlnljvkpwenqjvlfgcdsikolcpnsdwrdthieivkcdmijaldtjumidwyegarmkduzgbtbopcbxkvlsqoujgpzislxmejsleiaidqlnicwrevilzfjvzcuqpglyiczzzvibtxekjnqqboowqfhtvlcgnowvtwvmhbqknhchaezeduejpvlgkmfktermfukhcugktddtjcuycjmfxykdqtzjifbzsbvnxtnoicmghpzejljmrisailoadntgyyiaxfhxltmvgnurwqgdjsygwinbqskkpdivnbahqtksqrlnsoxhsvgafzftajbfhhrptkfuigxjeacxuzykphnasbuuobezdexbqamafnfdtmhdkdudnsnchwshysvikeynxdfpkihjbdrqseihkymzfopmqxgugmhewhlmjvjfobhmxutsouozithbuzqzireiipnfhmqtkzgalpagnljmibyhfdgkropbpuqorshftilwcidajadvhhjoacusmsylwklebdszwyhncbpnichwvkgayxrtgzpbdhcvdpfeojqxgheifvpxquzyzeiipfbzxmwxgzpfekqhlkerxrhdlkmvizndxdutvbnsgnzjkrslidfmtzmrvvrszxzvlqywudvpinovopbaaqmdaweblhcguxgjuthnatafkdicvkajuihvolnrsdehewdhafvpyszsyhylabaglsemjmpmipttgkrivyvbnburzvuxqoobhjpzartvlelxoeeozwhgagejtelpfxxcmlfjigqebmobrxegyphjsjivvdpwrhjxoekobkjvwqcaqsycdkhzritceudojhrszxvvhgeddizeqjvpgcpqpfgnkflfyrcvzkmexexegohcifnkazsulljwqfmfnmcbwqfsaavxsrczeqjykmsishifptrtjpdavcoxiknhahkhaymgctgfasmbbguoonwjdyyxdquzrydbpzldagaimrkisksjkmdejmhlowgtxefaxjhcurhxswqwolwfylllgrtnhrwwfpuxcfgbtdfdtzjaesllvlqlumitcwsbuxpthusgzkpbosdyabtmcchgnmtscnzlfjrlnabdiciuwbvblehvmmwixmittoktlksgluytbfyezisagzgxvkcazhhgoszltcnjnnbzqrhmcqnrowetaueffcjmpztftkmfqeeuubnckwfjmfzzxvstxmewjfqxindbonnwzgyyrbqagjqjehojvcgkfpsvifttyaqnjgnthmswhxzqjnamxooykanzaqoqttkrzravyxruchirypwvvheyngsdymmxboowosesvzrlbrrccxjsegccugqdjbgtffvujopzrccjmoecekhznwowoaofgfginjziwjlutkvcigmxxmlnubhviznsddozmznyndjysrlwymmgbkhtuytwgpehxvpwxgqajlfjqwgguomjntwdyprbcskjphugekvdlepptdiehsxqcvkdvxzmjvxakhuojspuederhktixptusaxiwoyeutyhirkejfbzlci","aliases":[],"parts":[{"name":"title","text":"Toads on roads","page_starts":[],"headings":[]},{"name":"abstract","text":"Toads cross roads in spring.","page_starts":[],"headings":[]}],"authors":["Bo Brown"],"author_note":"","organisation":"","date":"2021","year":2021,"venue":"Proceedings of zvdaeid ydjyhsb cvzmnbi qmluzsh dstteit nmgdfil wssqrpc lgjsjom nujrulu rvghqvg dycsewk emocoya mrerqjl bvhbfin khkyyds qxrlujy xqfrmqx rnwnwaj kidjlfe fvwshmd zknlalp ypriszl biaodau lfckzfo xxhzhpd sjnkqwp ascidwj jlfuonf udrwgfu svgkzig xeosyvx ivyisfg pordiyh hevrxsx isbetoo vvnmmvb gcqvjlk uguhnub kxqziox yheeack nrfvwps gqqivby odjnecv dumxzzt jxhbzev xvximmq dpuanhr ctmzleq yvhmkai wqwamuc vymihrk nxcmnnl hgwrxum vzzatlh qitqsnr lexyllt wxzorxb ebaxlli gppsojd dzepazi hwuwusw oergxmc emamkkb trmyxtb jpkpfww dldtzpm ukzvjlv maoaczg jxwlwfb rlsjglz bujnlys jbfwrrx wcsdabc sanvhwp ofauyir lcyqrip irjlwde tzjpdsa vlehqsn hykxddw arfqiuu qnumhnc lsxkwmj gphouyw exkflcv sxmqlvl tvxvgci vkodrfw sfbxykp cncwshc egkttkq utztwzu zdcbyij ofanmqq dcwtltn apztibz heptusx vuuqwbb damkcrp rsozypw kdcgmix zfhmxxd mnujdnd jzioxte ckaqlma glgcvps vxbrxee tinijjk shbkzqh gnowlpq cmkejno xcymedl gnsrcip wfzctfy vuheqxw jlzxcyi zclwkum ukuavyv kmwigcj ypmagdj doisvkw orkjtga vgrazuu haeomkz qexzjqh brvjjrw mtdbqgg bmomanj ofjcgua ievzgtn kbzqyhe wxeqwcd qdiosia cgzhakq zqpufdk lnbxnes yrudhvb ylrzyzw qfucswu bhtmyss pdgxpvz zuojfhx kacevap arnakws gbkwpuj dranlmz buhnpfv vwjuzex xdprvmk gsuoeee ngbvzxh snrjyrz bwyacst xsikmyn zxlcbvb bkrdhys gpyqwod xaejveg uadsyph mmkubrp eqahaef nhbjlgm ovqkfjn xkqjcqk izveypw wqzaesb wcoqfsy vvxjswb tqwcsou pcmceyc qkpuzvs wvkbwfe kjnnjne yvftxtd uyncwjp nxiiztn oedpvml kbkvsqc olxlqzi dgdnlsh cyszwkp gjlrhjt rzocwzg xwysacs qbrqdsc sjmmbjl irevuep whhudfb agdmsbr exjzjiz msvodym jhlknmc ypexnxy yqjgrse wliplbs xlzqwzj vvlyglw spytchb scighyd uxmuatb hbsnpwe dqqqcxs cxvibkg jcexdxu uwmbadp nmrmmoi ntrplhr pbkbyfj bueioip lmjfbjf whidqub wfcvnwx dvxvnhf nntsvhl ivhwugd mmozyfm lgittih iglwumd xnfmtkz gbpsoff zllbujz vwhlxpv shjusjq zbycmev acddwud dyiwrxm zfwhirw sqvsius sveolqb szpeggc tmojjba onzhpzg ssnaqvn kvzjulh gqqtnot ounonkc jxaircf nydgwfo ywfutdk xxykadj inhalzx wogvrhq rnvpowc geclrmi vcfybkj qwvnfrg onadzih tmishqs dztdgwa zgsyvze fbypwze ghggpan mcohrax rpyjkrw kkibiao rnrndkx arlaptk uqqymgm rjbboen ppwvkwf ysocldv dnzqzrb ztswwma pzodvzf iynowoq zodnmhl cilptwn zjhably qsaiuhm zolrbdj ttsoxte vnordfe kkjnnaf uxypbez kqcvbpt eogbxgf hssemrt tueyjrw exiwamt aewsshk","doi":"","arxiv_id":"","pmid":"","url":"","keywords":[],"extra":{"entry_type":"article"},"origins":[{"file":"/papers/frogs.bib","position":2,"sha256":"0d0061d1f15192d5c29546fe7c416a100a85ce1af2ec994f8df549216952c209"}],"tags":[],"notes":"","versions":[],"retracted":false}');
INSERT INTO "records" VALUES(3,3,'/papers/long.jsonl',1,'eee76b08a4be28baa46718b0ac5ac908d8cfa9f91acb85306c532e807aa4f08e','{"id":"","key":"","aliases":[],"parts":[{"name":"title","text":"Long gckebkx utfnhec fyvuufi qtwwcpr nemcywo hxowwnk plehvbb qhnmizf kfqhjti oxcbftq gielbsx ytyahzu kyqvhel djziabe ujhczlf bberdbm gzdnukz mgkakgx vmaggfg wdbyozk xrutmcf wxyiruq vnrrgxy bzzrbxd zrbeqot yfaxawd vuwowfr ixumnaa pmwpdjt navvcoj uigmzcc qxnlwub wfhvkue wedmiox saiomsm bgwjtzq rpixmxh wuplduj rdcdvex jojqcky erihaay vuuyepm oytzdqr tqvhykp xsifiqz xkkvhka eospjyq ebzzxpi cgfyxud ghyeuro ygnecai dbzhxst rywsoss onevmbe wgkrwik lawayde wvgomse vzsxyjw vpcqxhq xpaqgwr hxqivxx wrspnzj csmopgf buxsdzv navqqat amdjxtv hkpakzt whrusle axyhtkq viqgnag hxdtcze cfyrxmc ilzegvc zhorxbw esatefa iizpjze fyyrzbx srvcfdm oojtvta dfgofqi jsyejzf aevtymb hskdjmj ldautkc hoxmzne pppsalu dbehliq eiroyyg inojwfm dwpzdsp bvwcyup ogbmwfm hryxhka nwvblcl xhvyvfx xzaahnl cqrqnor bldctii hpdqbye tolhjtn ngqemqo pofyrsy lihihif mhjriwu iveczaa warofgz kglthcu cbazlto zijrajt omyltkc kfahdlt twirxkx cxwzvsl swoqyhi awqrgem wjkkvdw astmthd jgsorzu uzytjnt uxtrgqe qeaywhb vuevvoh bblsqfu bpeafuf amjopsx iqdgcwi swkfgmk bwqwvsv slvxcde lwnwjog qhakowh yveuyzr koqpexo bhclcnh vtevphx akpemwi sezzeti afsmnde jnvlixr tumgcrt xxnmzcj oppenej eiqkemr hhlsarb xevamgu udbskjj jokdmzt syljuct dqnubrv brhtzak mzyadku uoxvwqg tsyeaig kbplgco cwhxdku nlwewnh jhqlnqw shrrxkn tiiqjwj fppzykl qnpkwxu txgyfcm egpdkjy cnmejjj oomlpmd rkwdohq vqoyfzl qdaeogu erxsxvw bnhlstf ebtvcdd zboweri qmdxnzp yrbazru vjsqboy oubknov monrpkh wjshzfk jwtggtl edsrucm doffoeu egtghuo vwzcklh wkyblqu mxhjfem tfmlzmv gxadqnn qjrkpsi tvzblee muduvzt fsohuiv wkdvedw ggksfib gtqpxah qjzfytr yliltvq urudvni dpfjofg bjvggdp tevadcu ctfhcvj ysolopz fezrqma fuhpmeb bsgnpte ltrmquw ncdrrls fkjtzhc jwzbimx olztxvz runryyx rmkkyru rcljzrj nxnsjlt frvznpz uwndvcs hvqnmhz oydaeiz dnwhhfb pofonsg fwrtipj rymlsmj avnwiwu gubqush jexpuml yytqxii urtskdu wnivefp mtayhma jnyedwx mnwlllg hjbmuwd jwyievh ryghocn oltrpvd ehexwxk wytvrai gnoxgzd uioqbpr gcpgego mjdfpke voizndm gvubdrn imdmoyp oanoriy sszydxn pabujzy oppovzi kkceete pzkzgjd dkurfbb ioacrgb vbtbwmi fvkoiei gtvuhiy mpbulfm fjjliev njqchjm wlkpuir jabbkfo tlshevo fjwbwcw ndhkpuv fpuevgp mnwdgzq xfipunb ltwckxt qemknmc vleqidp axogypa sbhoryv eocslqb mlbrztz cqplukc qwjqdzz aqyncsn ibfvmnq jtsaqan yvhyest bgnzemx","page_starts":[],"headings":[]},{"name":"abstract","text":"Newts hold evtuipdhvcocuqdwqqcvsjbufupjlhnwokrzeoxogesoccholhgpujlsjuagocbqoqwixwyhbuebssrcsgmrjjvrvbueiquqnnpfjlclraiyxdxxqfmdockdrjwvetthvbiruyosyyiluncxkeiaxdayiqjiytivuwklxmjqsnbzepibgkbcnkbifwywxmfqfxfpqctmsoucfrcksdksfinwnwmcxldolahdkiybhajjieivxnogyannnypdcpakumzmiclkspwmkctimroerdxzzmjotfqijbsionwstyvdwwehtxbuwlfggwtgtvgxpbkifqlyloxaixrvbugijnwrsfsjvpekrqfftcnufazvstvmxystbeouaxxbsshoelxkmirnknqyheggndelakxhprsznftdlbfhpxbyihahajsngzxqgjbtqrrmmjhbpoxlzbmmpworwzdvksucbxnvdnocqgqerotquackkmpihhinxfurlprwbolhwhrtvdpfuakwahrfzhmkpcoodfbmgnppgoqoaahphtxscpvxbognkwcesuhzqtbsocegzhogkmaboekangqtywpqzmmjibtpzgghieqjbiobqxptbbtueggrgwtiovgfpzemaevyghcqkuhmucgvxyxfgicojctgjlrwykvupkakzhzvuxnwptbbtdjbxvyynjhmisgyndiepsiudpbhqrlukpdsjpmfvpmaculgvbjfyksclcovqntpbrtqozivnlkcrouyzlhctptzgecdxeioaqqacnxmecdfbstpcqkjrkabzxsvriokddwnrggbmyxpvmspmeohvutjeaeflabbmruwamnmceupgnvnekxwpodugtnvjkgqonfyghcnbudwplwwfkdcxuixoqxwasahdvdybcujkmwiuqmvwpdyfyowqsvnlwazipaaeararondbmbnvrcxmczvvkxbtmvrvpezevlxmowtunslygldebkcmbxagbplvbjlnkyuvbercshtimmbkrdzdsrkidepkgtajbdanqjtvniucyuphbvrqltpposiavbgxxkmedvuwthemulcywqwefmsfmowdhkcueqmgfcytgxhipaqjxavincbywnajezxgxrfmwcluliizeqtmdjcalxcuznvpcmwmieqxxmbjsqbmwfxutxlevkbucyzhhynteqgqhhklllvariecfvwrxrnvuawkprrngbnlokquhgimqwbtqwzdzlhjgtfcawxoaicudhukfvykpcjbrxrrarjjsfwerqmkcmkeakpiwosqkthfirddtmgwxdluucimaxgjhirungzgpwoltvbfjzgjuqbcvecebtcxqvhxaobztovqpiephdfetwjckarhyizjfjqjadgixrrldnnwctqjotuywogglthbqtethentfhvpjwncytghkyuewwgierewimitzjvyyeyqcgkarfidrlrhlukoodlmpljsyhbokxtwevamagasyhnajtgbcyiggjradrktplrtbuvrjrleieabjlmdoxgoyflamxwjvztgojbxxmzcnewensszvkytdgiwdueyzxkoogjdmldcwxvohhbppjutrciwooqrwxekrffzifakanpqqkbmmushcyzacjdiccbotzqpmxvsolgimznvusnjcdfifbvogesspdxvgutgqrpgmqnfqinspstkxzbjopxkmzjesbjiggyjhxwfeprntjikfmmmvrftsroqcpcltcujlzuhdvxzlaapurqmuywojzytixqphqsioyxcfqnwflkknjwspkgrmkafpnpyixzxayvxfwlpnnopqwtignbkebmdwmirdwxuyjcgcwzjmhosbmmutlmnrsacahxbybkizvehmeyjcmqgjlfgkoysjexjixintkbbitjxqxbqxeczxhzeakxxqwduyaknbqpvqmqesdxbaqfxtinhfifecupgelxkpcjyxddwfjjyewtleqvfgciznkvautcdbetzuostvgklbekkeqlosgxymmhviidotbjhskzsddtjdqxkyrxngjlkybulztewngktfkbaruykvubtlczcvdrxigokkemhqkwyeflxhjmxbmgsvbhqbqihnhycweneadtkxpgiuqbekyztpfrjxoxtrfawmnodrlsomyedobztiwlrooorplclkoitqnqfdvxvmrhpavgfflmvojwkphmwwwhqnfwsjwzicjybhdpexwtmzrreluignxspgtubqynjnegupcqcjgubnhaxlzspiztajubfuqfhzxhtlszywjruggyfpulnxljcuhixjydkhqvcthhctokbiecxarqhazkralqdiwtulxfnbmhbrgu in water.","page_starts":[],"headings":[]}],"authors":[],"author_note":"","organisation":"","date":"","year":null,"venue":"","doi":"","arxiv_id":"","pmid":"","url":"","keywords":[],"extra":{},"origins":[{"file":"/papers/long.jsonl","position":1,"sha256":"eee76b08a4be28baa46718b0ac5ac908d8cfa9f91acb85306c532e807aa4f08e"}],"tags":[],"notes":"","versions":[],"retracted":false}');
CREATE TABLE removed_chunks (id TEXT PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE replies (
  key TEXT PRIMARY KEY,
  model TEXT NOT NULL,
  reply TEXT NOT NULL,
  kept TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "replies" VALUES('r1','m','a reply','2026-11-30 14:13:52');
CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  started TEXT NOT NULL,
  command TEXT NOT NULL,
  question TEXT NOT NULL,
  run TEXT NOT NULL              -- the Run as JSON
) WITHOUT ROWID;
CREATE TABLE searches (
  name TEXT PRIMARY KEY,
  search TEXT NOT NULL,          -- the SavedSearch as JSON
  seen TEXT NOT NULL             -- ids of the papers that it has named, as JSON
) WITHOUT ROWID;
CREATE TABLE segments (
  number INTEGER PRIMARY KEY,
  last INTEGER NOT NULL,         -- no chunk up to this number is still to be indexed
  chunks INTEGER NOT NULL,
  words INTEGER NOT NULL,
  members BLOB NOT NULL          -- its chunks' numbers, their papers' and their counts of words
);
INSERT INTO "segments" VALUES(1,3,3,149,X'01000000010000000A000000020000000200000008000000030000000300000083000000');
CREATE TABLE sentences (
  chunk INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,
  spans BLOB NOT NULL,
  vectors BLOB NOT NULL
);
CREATE TABLE state (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "state" VALUES('generation','1');
INSERT INTO "state" VALUES('secret','792477720217db7c52ab1f69bf34d3f3');
CREATE TABLE steps (
  key TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  made TEXT NOT NULL,
  value TEXT NOT NULL            -- what the step gave, as JSON
) WITHOUT ROWID;
INSERT INTO "steps" VALUES('k1','views','2026-11-30T14:13:52+00:00','{"question":"why?","view":""}');
CREATE TABLE tags (
  paper INTEGER NOT NULL REFERENCES papers ON DELETE CASCADE,
  tag TEXT NOT NULL,
  PRIMARY KEY (tag, paper)
) WITHOUT ROWID;
INSERT INTO "tags" VALUES(1,'pond');
CREATE TABLE vectors (
  chunk INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,
  vector BLOB NOT NULL,
  generation INTEGER NOT NULL
);
CREATE TABLE words (
  chunk INTEGER PRIMARY KEY REFERENCES chunks ON DELETE CASCADE,
  entries BLOB NOT NULL
);
INSERT INTO "words" VALUES(1,X'6E48CF5901014E8EEC5F0101F51051B80101BCFC8B3C00013CFD576A0001970FDA110001BFE0B3B00001');
INSERT INTO "words" VALUES(2,X'4E8EEC5F00016D9BABB00101C829B6090100B1C4C095010139141357000169143E6B0001');
INSERT INTO "words" VALUES(3,X'4E8EEC5F000168A9973B0100A0C5832C01006058F1F401000F00A726010053F37F210100195DBEB00100C5AA6E5F010016FA790501009ACA9DEA01004D162DCA0100011455680100748F3BCD0100DE990CB001005E855CA80100C669FB6D0100EF657D3E0100F5CB8B7F0100FA526CAA01002C3B643F0100D352F40901001D12389E0100F611607B010067F401C301003E68A9E101009D75C2BF0100E71FAA9C0100289B5C53010073DF9EBD010087F45798010066DA07620100415418B80100E31F942D0100C8F9BAC70100F5220AA60100A82FD9B20100FD543D030100B286F72A010015CC90330100D4639FD70100F74C00090100A6C7FFB301002BF8256901006C4B1E3C0100D7829E0301002EAF1940010084A3C08401008D7E167A0100D3F6B2F4010019338DF7010005CAF3700100AB68DE5D01001A4D8ED90100A398C1E3010076F75B7601004DD309410100993667B10100B36E796101007EFF522D0100C932C7A20100276423C4010073F7F5AD0100B43D9CA901008258FA1D01009DF3FF720100359CEA4901000B0BE15E0100521339940100545274FB0100BC65BDDD01009B797FAF01000F2A15B20100C4C532E8010008936192010001D5A8A30100F581CF280100413E55CE0100AAD9AA750100AC0DA03C010054F0CF27010004FF750F01001E317F3A0100D22D67F30100236294520100C15751CA0100F2F8E6BB01002BC159DF010026ED4C5A0100089D19DA0100CFD345FD010088E05FAF010033122B1201000CA7326701007278C78E0100C102EEC301000BD866FC0100B117ECFB0100CC502436010066A2FAA901006D0DFB6801006F8E50190100326DA07A0100677578300100D690EAEF010063ADC7470100BAE209860100EA7E4D3901000E6B6A4101004B72C89101002DCB4D1501006D9E54690100F17780D0010045584E4101009E194D4401002969599F01005864405C01009C5B1FC50100677585800100F30A064C01008C26A6D80100DA064C700100E0A1199D0100EDB409620100802BCDA7010028F2CAA701006419ECE20100A9E560CB0100F30CB7830001070DCA1F00014D10A7580001DA1433FB0001');
CREATE INDEX papers_year ON papers (year, venue);
CREATE INDEX records_paper ON records (paper);
CREATE INDEX records_file ON records (file, paper);
CREATE INDEX identities_paper ON identities (paper);
CREATE INDEX chunks_paper ON chunks (paper);
CREATE TRIGGER chunk_removed AFTER DELETE ON chunks BEGIN
  INSERT INTO dead_chunks SELECT old.number WHERE old.number <= (SELECT max(last) FROM segments);
  INSERT OR REPLACE INTO removed_chunks VALUES (old.id, (SELECT value FROM state WHERE name = 'generation'));
END;
CREATE INDEX vectors_generation ON vectors (generation);
CREATE INDEX blocks_record ON blocks (record);
CREATE INDEX pairs_other ON pairs (other);
CREATE INDEX pairs_verdict ON pairs (verdict);
CREATE INDEX runs_started ON runs (started);
CREATE TRIGGER paper_came AFTER INSERT ON papers BEGIN
  INSERT OR REPLACE INTO arrivals VALUES (new.number, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'));
END;
COMMIT;