"""Words by which phrases are told from terms (`terms`)."""

from __future__ import annotations

# Words of abstracts that end a phrase: verbs, adverbs and what is said of every paper.
BREAKING = frozenset(
    """propose proposes proposed proposing present presents presented introduce introduces
    introduced introducing show shows showed shown showing demonstrate demonstrates
    demonstrated demonstrating achieve achieves achieved achieving outperform outperforms
    outperforming outperformed improve improves improved improving investigate investigates
    study studies explore explores exploring develop develops developed developing provide
    provides provided providing enable enables enabling allow allows allowing reveal reveals
    revealing find finds finding findings found suggest suggests suggesting evaluate evaluates
    evaluating evaluated compare compares compared comparing address addresses addressing
    require requires requiring required include includes including included leverage leverages
    leveraging remain remains aim aims lead leads leading yield yields yielding apply applies
    applied applying offer offers offering focus focuses reduce reduces reducing increase
    increases increasing generate generates generated generating learn learns learned
    understand analyze analyzes analyzing analyse examine examines conduct conducted perform
    performs performed performing report reports reported contain contains rely relies relying
    help helps helping exhibit exhibits capture captures capturing combine combines combining
    integrate integrates integrating design designs designed designing extend extends train
    trains trained consider considers considering tackle tackles support supports supporting
    identify identifies identifying construct constructs constructed create creates created
    creating involve involves produce produces produced producing solve solves solving release
    released obtain obtains obtained describe describes ensure ensures ensuring facilitate
    facilitates adopt adopts maintain maintains surpass surpasses surpassing enhance enhances
    enhanced enhancing boost boosts mitigate mitigates motivated inspired observe observed
    indicate indicates argue believe hope discuss highlight highlights highlighting suffer
    suffers struggle struggles fail fails tend becomes become became given without however
    moreover furthermore specifically additionally despite towards toward according due via
    per among across within while whereas although though because since until often still even
    much well also thus hence therefore yet ours et al e.g i.e etc vs one two three four five
    six seven eight nine ten first second third new novel existing recent recently various
    different several many multiple numerous diverse state-of-the-art sota better best high
    higher highest low lower large-scale extensive comprehensive significant important key
    crucial critical promising effective efficient robust strong superior competitive
    comparable challenging challenge challenges simple general good great less least fewer
    overall respectively available widely used common current previous prior additional
    potential main major certain specific particular respective entire whole full experiment
    experiments result results paper work works approach approaches code github improvement
    improvements performance state contribution contributions number set range variety ability
    abilities capability capabilities issue issues problem problems question questions way
    ways case cases kind type types fact term terms light order example examples insight
    insights remarkable substantial considerable consistent consistently notable impressive
    significantly like unlike whether throughout drawing follow follows fall falls inspire
    unclear larger smaller longer old poor small single final future underlying limited basic
    same similar high-quality rich deeper broader wide growing rapid real unified popular
    powerful successful unique based lack lacks need needs known perfect incorrect correct
    representative standard instruct instructs transfer transfers benefit benefits employ
    employs going casting tremendous systematic scalable reliable accurate proper subsequent
    corresponding related true false positive negative zero select selects remember remembers
    incorporate incorporates impact impacts affect affects make makes take takes give gives
    inferior faster slower natural end-to-end first-ever well-known so-called possible typical
    traditional conventional""".split()
)

# Words on -ing that end a term, unlike participles.
HEADS_ON_ING = frozenset(
    """learning training reasoning tuning finetuning fine-tuning pretraining pre-training
    answering prompting planning modeling modelling decoding sampling parsing understanding
    processing scaling ranking reranking embedding encoding coding pruning editing matching
    mining labeling clustering tracking following writing scheduling caching routing
    forecasting screening testing programming computing engineering linking tagging masking
    smoothing boosting bootstrapping averaging merging thinking searching debugging forgetting
    unlearning hashing indexing grounding captioning paraphrasing question-answering""".split()
)

# Words that end no term: they are about any subject.
GENERAL_HEADS = frozenset(
    """process strategy strategies framework frameworks paradigm paradigms technique system
    systems method methods research direction directions amount amounts time times size sizes
    complexity processes techniques procedure procedures setup setting settings scenario
    scenarios application applications baseline baselines analysis page cost costs point
    points step steps sample samples answer answers goal goals task tasks dataset datasets
    benchmark benchmarks model models data algorithm algorithms source sources field fields
    area areas domain domains perspective aspect aspects dimension dimensions phase stage
    stages component components module pipeline pipelines gain gains metric metrics evaluation
    evaluations world world's usage use mechanism mechanisms scale quality level levels
    standard standards effort efforts solution solutions practice rate property properties
    factor factors feature features instance instances investigation attention success
    progress advances development developments parameter parameters score scores input inputs
    output outputs behavior behaviors pattern patterns difficulty distribution content
    material one community literature theory understanding training learning reasoning
    knowledge""".split()
)

# Words that before a general word still say nothing: "training data", "base model".
GENERAL_WORDS = GENERAL_HEADS | frozenset(
    """base large benchmark external internal learned baseline target given downstream unseen
    underlying original standard model human computational theoretical empirical experimental
    qualitative quantitative billion million language natural machine student teacher test
    inference synthetic real-world network architecture domain task-specific general-purpose
    open-source optimal average average-case initial current multiple common public private
    related prior individual valuable explicit implicit deep neural""".split()
)

# Nouns with the endings of other words.
HEADS_ALL_THE_SAME = frozenset(
    """feed embed seed need speed objective perspective primitive adversary dictionary vocabulary
    summary boundary table variable assembly anomaly family""".split()
)
