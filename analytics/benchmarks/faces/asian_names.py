"""Names that are common in East and South-East Asia: a stand-in for a group, where a set of faces has names only.

A name is no origin: people with such a name may have none there, and many with another name do. The stand-in serves a
single purpose, to see whether error rates differ between faces of two parts of the world; it is never used on people
of the portal. Lists from general knowledge of the commonest names, in the usual romanisations, without looking at how
well any face is recognised. Names that are common elsewhere too (Lee, Park, Young, Kim) count beside others only.
"""

SURNAMES = frozenset(
    # Chinese, in Mandarin, Cantonese and Hokkien romanisations
    """ang bai bao cai cao chan chang chao chau chen cheng cheong cheung chew chiang chiu chow chu chua chuang chui chung
    dai deng ding dong du duan fan fang feng fong foo fu fung gao geng gong goh gu guan guo hao hong hou hsiao hsieh hsu
    hu hua huang hui hung jiang jin kang ke koh kong ku kuo kwan kwok kwong lai lam lau lei leong leung li liang liao lien
    lim ling liu loh lu lui luo ma mak mao meng mo mok ng ni ong ooi pan pang peng png poon qi qian qiao qin qiu quek ren
    shao shen sheng shi shih shum siew sim siu soh song su sui sun sung szeto tai tam tan tang tao teh teng teo tian tien
    tong toh tsai tsang tsao tse tseng tso tsui tu tung twu wan wang wei wen wong woo wu xi xia xiang xiao xie xing xiong
    xu xue yam yan yang yao yap ye yee yeh yeo yeoh yeung yi yin yip yiu yu yuan yue yuen yung zeng zhai zhan zhang zhao
    zheng zhong zhou zhu zhuang zou zuo"""
    # Korean
    """ ahn bae bak baek cha chae cho choe choi chon chun chyung gim goo gwon ham han heo hwang hyun im jang jeon jeong jin
    jo joo ju jung kang keum ki kim ko koo ku kwak kwon lee min moon nam noh oh pae paik pak park pyo rhee ri ro rod roh
    ryu seo shim shin sin so sohn son suh sung sunwoo uhm woo yang yi yoo yoon yu yun"""
    # Japanese
    """ abe akiyama ando aoki arai araki asano chiba cho endo fujii fujimori fujimoto fujita fujiwara fukuda fukui
    fukushima goto hagiwara hamada hara harada hasegawa hashimoto hattori hayashi higuchi hirai hirano hiranuma hirata
    honda honma hori ichikawa ida igarashi iida ikeda imai inoue ishiba ishida ishiguro ishihara ishii ishikawa ito iwasaki
    iwata izawa kamei kanda kaneko kanzaki kariya kataoka katayama kato kawabuchi kawaguchi kawai kawamura kawasaki kaya
    kikuchi kimura kinoshita kitagawa kitajima kitamura kobayashi koga koizumi kojima komatsu kondo konishi kono koyama
    kubo kudo kumagai kuroda kurosawa maeda maruyama masuda masumoto matsuda matsui matsumoto matsuo matsushita miki
    miura miyamoto miyazaki miyazato mizuno mochizuki mori morigami morita motegi murakami murata nagai nagano nagata
    naito nakagawa nakajima nakamura nakanishi nakano nakata nakayama nishi nishida nishimura nishiyama noda noguchi
    nomura oda ogata ogawa oga ohga okada okamoto okubo okudo onishi ono ota otani otsuka ozawa saito sakai sakamoto
    sakurai sano sasaki sato sekiguchi shibata shimada shimizu shimura shinseki sorimachi suda suga sugawara sugimoto
    sugiyama suzuki tachibana taguchi takada takagi takahashi takano takashima takeda takenaka takeuchi takizawa tamura
    tanaka taniguchi tani tezuka toda tojo toyoda tsuchiya tsuda tsukamoto tsutsumi uchida ueda uehara ueno urushima
    wada watanabe yagi yamada yamaguchi yamamoto yamamura yamanaka yamasaki yamashita yamauchi yamazaki yano yokoyama
    yoshida yoshikawa yoshimura yoshioka"""
    # Vietnamese, Lao and Cambodian
    """ bui cao dang dinh do doan duong ha ho hoang huynh lam le luong luu ly mai ngo nguyen nong pham phan phung quach
    ta thach to ton tran trinh truong tu vo vu vuong chea heng hun kem khieu nuon phommachanh phomvihane rainsy samphan
    sihanouk sihamoni sophara sisowath siphandone souphanouvong vongsa"""
    # Thai and Burmese
    """ aung bodharamik chaiyasan chaiyawat chavalit kyi leekpai maung myint nyunt panyarachun paradorn phuangketkeow
    pitsuwan prasert ratanarak sathirathai shinawatra silpa-archa sirindhorn srichaphan srisai suwan suwannapura than
    thein thongchai thongprasert tinsulanonda tun tuvinan u vejjajiva wattana yongchaiyudh"""
    # Indonesian and Malay
    """ abdurrahman anwar-ibrahim bachtiar badawi baharuddin bakrie baasyir bashir boediono budiman dewi djalal effendi
    ginting gunawan gumelar habibie haji halim hamid haryanto haz hidayat hidayatullah hutagalung hutapea irawan ismail
    iskandar juniardi kalla kartini kiemas kusuma kusumaatmadja kusnadi lubis mahathir mapasseng marpaung megawati muis
    mulyani mulyadi nasution natalegawa nugroho panggabean pangestu panjaitan prabowo pranoto prasetyo pratama purnama
    purnomo putri rachman rahardjo rais razak ridwan rizieq saleh samudra santoso saputra sari sembiring setiawan setiabudi
    siagian sianturi sihombing silaen silalahi simanjuntak simatupang sinaga siregar sitorus situmorang soeharto
    soekarno soekarnoputri subandrio subianto sudirman sudrajat sugiarto sugianto suharto suherman sujatmiko sukarno
    sukarnoputri sulistyo sumarno sunarto supriyadi suratman suryadi susanto susilo sutanto sutarto sutiyoso suwandi
    syafii tandjung tanjung tarigan tobing utami utomo wahid wahyudi wibisono wibowo widjaja widodo widjojo wijaya
    winata wiranto yudhoyono yulianto yusuf"""
    # Filipino names that are rare elsewhere: most are Spanish and are left out
    """ abad abaya agbayani alejano aquino arroyo-macapagal baluyot balingit bautista-lacson binay bulatao calub
    cayetano cojuangco dimaculangan dimaporo enrile escudero-poe estrada-ejercito gatdula gatchalian kapunan katigbak
    lacson lagdameo lapid macapagal macapagal-arroyo macaraeg magsaysay maglaya magpantay malonzo mangahas manalo
    mangubat marcos misbac montulo pacquiao pangilinan panganiban pichay pimentel-sy poe punongbayan puno puyat recto
    romulo roxas sumulong tañada tanada tatad tolentino trillanes tuazon""".split()
)
"""Family names, and where there are none the names that stand last or alone."""

GIVEN = frozenset(
    # Chinese
    """bo chee-hwa chee chien chong chun fei guang guo-qiang hai hao hong hui jia jian jianguo jianli jiabao jiaxuan
    jie jing jintao jun kaige kai kin kwan lan lei li liang lin ling long-fei mei mei-ling min ming na nan ning peng ping
    qiang qichen qing qinglin rong rongji rui ruihuan ruina shan shing shui-bian siew tao ting tso wei weiwei wen wenkang xi
    xiang xiao xiaoming xiaoping xin xiu yan yi yimou yin ying yingfan yishan yong you yu yuan yuan-tseh yun zedong zemin
    zhen zheng zhi zhiyong ziyi"""
    # Korean
    """ byung chul dae dae-jung dong eun hae hee ho hong hoon hwan hye hyuk hyun hyung jae jeong ji jin jong joo joon
    jun jung keun kwang kyung mi min moo myung sang se seok seong seung soo sook suk sun sung tae ui un won woo wook yeon
    yong young yun"""
    # Japanese
    """ ai aiko akihiko akihito akiko akio akira asami atsuko ayako ayumi chieko chiharu chizuko daisuke eiichi eiji eiko
    emiko fujio fumiko fumio hana haruka haruki haruko hayao hideki hideo hideyoshi hikaru hiroaki hirofumi hiroki
    hiroko hiromi hiroshi hiroyuki hisako hisashi hitoshi ichiro isamu isao isoroku jiro junichiro junichi junko juro kaori
    kaoru katsuya kazuhiro kazuko kazuo kazuyoshi kei keiichi keiji keiko keizo ken-ichi kenichi kenji kenta kentaro
    kenzaburo kiichi kimiko kiyoshi kohei koichi koji kosuke kunihiko kyoko maki makiko makoto mamoru manabu mari mariko
    masaaki masahiko masahiro masako masami masao masaru masashi masato masayoshi masayuki megumi michiko midori mieko
    mihoko miki minoru misako mitsuo mitsuru miyuki momoko motoko nagisa nanako naoki naoko naoto naruhito nobuhiko
    nobuko nobuo nobuyuki norio noriko norihiko osamu reiko rie ritsuko rumiko ryo ryoichi ryoko ryota ryuichi ryutaro
    saburo sachiko sadako sadao sakura satoko satoshi seiichi seiji seiko setsuko shigeki shigeo shigeru shigeyuki shinichi
    shingo shinji shintaro shinya shinzo shizuka shizuo sho shoichi shoji shuichi shunsuke susumu tadahiro tadao tadashi
    takafumi takahiro takako takanori takao takashi takayuki takenori takeo takeru takeshi takuya taku takuma tamio taro
    tatsuo tatsuya tetsuo tetsuro tetsuya tokiko tomoaki tomohiro tomoko tomomi toru toshi toshiaki toshihiko toshiki
    toshiko toshimitsu toshio toshiro toshiyuki tsutomu tsuyoshi yasuhiro yasuko yasunari yasuo yasushi yayoi yoichi yohei
    yoko yoriko yoshi yoshiaki yoshihiro yoshiko yoshimi yoshinori yoshio yoshiro yoshitaka yoshiyuki yuichi yuji yuka yuki
    yukiko yukio yuko yumi yumiko yuriko yusuke yutaka yuzo"""
    # Vietnamese, Thai, Burmese, Cambodian
    """ anh binh chi cuong dung duc duy hai hanh hien hoa hung huong khai khanh kieu lien linh loan manh minh nga ngoc
    nhung phuc phuong quang quoc quynh son tam thanh thao thi thu thuy tien trang trong tuan tuyet van vinh xuan adisai
    anand banharn chatichai chuan khin ne nuon norodom pibul pin prem san sereyvuth somchai sondhi supachai suu surakiart
    surayud surakait surin suthep thaksin thanongsak wan-azizah win yingluck"""
    # Indonesian and Malay
    """ abdurrahman agus agung akbar-tandjung amien amrozi anwar aburizal bambang budi cahya chandra dai dewi dewa dian dwi
    eko endang erwin fauzi habib hamzah hartono hasyim imam indah indra irwan jusuf joko kartika ketut laksamana made
    mahathir mari'e megawati muchlas mulyana najib-razak nani ningsih noer nurul nyoman prabowo puan purnomo putu ratna
    ribut rini samadikun siti slamet soesilo sri sugeng suharto sukardi suryo susi susilo syahrul taufik timbul titiek
    tono tri tuti utut wahyu wawan wayan widodo wiranto wulan yanti yudi yuni zaini""".split()
)
"""Given names."""

SHARED = frozenset(
    """abad abe akbar ang anwar aquino bai bashir bo cha chi cho dai dewi do doan du fan fang fei fu ha habib halim ham hamid
    han hana ho hong hoon hua hun im indra ismail jo jin jun jung kai kang kay ke ken ki kim ko ku la lam lan lang le lee lei li
    lin ling long lu ly ma mai maki mak man manalo marcos mari mei mi miki min ming mo mori na nam nan ne ni noh oda oh ono
    pan pang park peng poe puno rais razak ren ri rie rin ro rod romulo roxas saleh san sari se shi shin sho sim sin so son
    song su sui sun sung ta tai tam tan than thu to toda ton tri tu tun u un van vo vu wan win woo yan yan yang ye yi yin you
    young yu yusuf recto lapid lacson tolentino tatad enrile trillanes putri prem prasert halim haji effendi to wada""".split()
)
"""Of these, those that are names or words elsewhere too: they count where all other parts are on the lists."""

ASIAN = "East or South-East Asian name"
OTHER = "other name"


def name_group(identity: str) -> str:
    """Return the stand-in group of an identity like `Megawati_Sukarnoputri`, by its parts.

    A name counts where one of its parts is hardly found elsewhere, as a family name first or last or as a given name
    anywhere; or where all of its parts, two or more, are on the lists. Hyphens part names.
    """
    parts = identity.replace("-", " ").replace("_", " ").casefold().split()
    known = [part for part in parts if part in SURNAMES or part in GIVEN]
    if len(known) == len(parts) >= 2:
        return ASIAN
    family = SURNAMES.intersection(parts[:1] + parts[-1:])
    rare = set(known) - SHARED
    return ASIAN if rare & (family | GIVEN) else OTHER
