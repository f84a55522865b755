"""Words that are no personal names although they may stand where a name could, in lower case.

``EVERYDAY``: mostly written in lower case in the public review sample. ``PROPER``: places, brands, days, titles.
"""

_PROPER = """
abbey additionally africa afro aldgate aldwych algarve america american americans amsterdam apex apr april arabic
argentina asia asian aug august australia austria barbarellas barcelona bayswater beautifull beers belgium berlin
blackfriars bloomsbury booking bose brazil britain britannia british brittania buckingham camden canada canary
cathedral champs cheers chile china chinese christmas concierge conscierge convent covent cyprus dame dec december
denmark dlr dollars dr dubai dutch earl earls easter edwardian egypt eiffel elysees email england english eu eur euro
europe european europeans euros eurostar euston expedia exselant facebook feb february finland fleet fortunately france
frday french friday furthermore gatwick gbp georgian german germany google grande greece greek greenwich halloween
harrods hd hdmi heathrow hi hilton holiday holland hotel hungary hyatt hyde ibis id ihandy india indian indonesia inn
interestingly international inverness ipad iphone iran iraq ireland irish irishman israel italian italy jan january
japan japanese jordan jubilee jul july jun june kensington kings kuwait lager lancaster langtry latin lebanon leicester
lisbon london louvre luton luxembourg madam madrid malaysia malta manager mar march marriott may mercure metropolitan
mexico milan miss monday montmartre moreover morocco mr mrs ms munich na name needless negative nescafe nespresso
netflix netherlands nigeria nil norway notre notting nov november novotel number oct october oetker olympia oman
oosterpark paddington pakistan pancras paris pauls philippines phone picadilly piccadilly poland porto portugal
portuguese positive prague premier pringles prof qatar quay queens queensway radisson ramadan reception receptionist
regards rer romania rome royale russel russell russia russian samsung saturday saudi scotland scottish sep sept
september serbia shaftesbury sheraton sincerely singapore sir slovakia slovenia sofitel soho somerset southbank spa
spain spanish sq staff stansted starbucks strand sunday sweden switzerland taiwan tate temple tempus tesco thailand
thames theres thumbs thursday titanic tlc trafalgar triomphe tripadvisor tuesday turkey turkish tussaud tussauds tv tvs
uae uber uk ukraine usa usd victorian vienna vietnam wales warf wated waterloo wc wednesday wembley westminster wharf
whatsapp wifi yours
"""
_EVERYDAY = """
ability abit able about above abroad abrupt absolute absolutely abysmal ac accent accept acceptable accepted accepting
access accessed accessibility accessible accessing accident accommodate accommodated accommodating accommodation
accommodations accomodating accomodation according account accurate acknowledge across action activate activities
activity actual actually ad adapter adapters add added adding addition additional address addressed adds adequate
adjacent adjoining adjust adjustable adjusted admit adult adults advance advantage advertise advertised advertising
advice advise advised aesthetic affect affected afford affordable afraid after afternoon afterwards again against age
aged ages aggressive ago agree agreed ahead air airco aircon aircondition airconditioner airconditioning airport airy
alarm alarms albeit alert all alley allocated allow allowed allowing allows almost alone along alongside alot already
alright also alternative alternatives although always am amazed amazing amazingly ambassador ambiance ambience ambient
amended amenities amongst amount amounts ample amusing an ancient and angle angry anniversary annoyed annoying
annoyingly another answer answered answering anticipated antiquated any anybody anymore anyone anything anytime anyway
anyways anywhere apart apartment apologetic apologies apologise apologised apologized apology appalling apparent
apparently appeal appealing appear appearance appeared appears apple apples applicable appointed appreciate appreciated
approach approachable approached appropriate approx arc architectural architecture are area areas aren arena arguing
armchairs arms around arrange arranged arrangement arrangements arranging arrival arrive arrived arriving arrogant art
as ask asked asking asleep aspect aspects asset assigned assist assistance assistant assisted assisting assume assumed
assured asthma aswell at ate atmosphere atmospheric atrium atrocious att attached attempt attempted attempts attend
attended attending attention attentive attentiveness attic attitude attraction attractions attractive authorisation
authority authorization automatic automatically avail availability available ave average avoid avoided awaiting awake
aware away awesome awful awkward awkwardly awoken baby back backed backyard bacon bad badly bag baggage bags baked
baking balcony balloons banana bang banged banging bank banks bar bare barely bargain barman barrier bars bartender
base based basement basic basically basin basis basket bath bathrobe bathrobes bathroom bathrooms baths bathtub
batteries battery bay bday be beans beat beaten beautiful beautifully beauty became because become bed bedded bedding
bedroom bedrooms beds bedsheets bedside beef been beer before beforehand began begging begin beginning behavior
behaviour behind being belief believe believed bell belongings below bench benefit beside besides best better between
beware beyond big bigger biggest bike bikes bin bins birds birthday biscuit biscuits bit bites bits bitter black
blackout blame bland blanket blankets blew blind blinds block blocked blocking blocks blonde blood bloody blow blowing
blue board boarding boards boat body boil boiled boiler boilers boiling bolted bonus book booked booking bookings
boring both bother bothered bottle bottled bottles bottom bought boutique bowl bowls box boxes boy boyfriend boyfriends
boys brand brass bread breads break breakfas breakfast breakfasts breath breathtaking breeze brick bridge bright
brilliant bring bringing brings broke broken broom brother brought brown browns bruises brush bubbly bucket budget
buffet buggy bugs build builders building buildings built bulb bumped bumping bunch burger burgers burn burning burnt
bus buses business busses bustle busy but butter button buy buying buzz buzzing by bye cab cabin cabinet cabinets cable
cabs caf cafe cafes cake cakes call called calling calls calm came camp can canal cancel canceled cancellation
cancelled candles cannot cant canteen cap capacity caps car card cards care cared careful carefully cares caring
carpark carpet carpeted carpets carried carry carrying cars carte carved carvery case cases cash cat catch catching
category cater catered catering caught cause caused causing ceiling ceilings celebrate celebrating celebration cell
cellar center central centrally centre century cereal certain certainly chain chains chair chairs challenge challenging
champagne chance chandelier change changed changes changing channel channels chaos chaotic chap character charge
chargeable charged charger chargers charges charging charm charming chat chatty cheap cheaper cheapest check checked
checkin checking checkout cheerful cheese chef chest chicken child children chill chilly chipped chips chocolate
chocolates choice choices choose choosing chose chosen cigarette cigarettes circus city claim claimed class classed
classic classical classy claustrophobic clean cleaned cleaner cleaners cleaness cleanest cleaniness cleaning
cleanliness cleanness clear cleared clearing clearly clerk clever client clients climb clock clogged close closed
closer closes closest closet closing cloth clothes clothing cloths club clue cm co coach coat coats cocktail cocktails
code coffe coffee coffees coke cold colder colleague colleagues collect collected collection colors colour com
combination combined come comes comfiest comfort comfortable comfortably comforter comforts comfy coming comment
comments commercial common communal communicate communicated communication commute compact companies company compare
compared comparing comparison compatible compensate compensated compensation competent competitive complain complained
complaining complaint complaints complementary complete completed completely complex complicated compliment
complimentary computer computers con concept concern concerned concerning concerns concert concierge concierges
concrete condition conditioner conditioning conditions conference confined confirm confirmation confirmed confortable
confused confusing confusion congested congestion connect connected connection connections cons consider considerably
considerate consideration considered considering consisted consistent consistently constant constantly construction
contact contacted contained contemporary contents continental continual continually continue continued continuous
continuously control controlled controller controls convenience convenient conveniently conversation conversations
converted convinced cook cooked cookies cooking cool cooled cooler cooling cooperative cope copy cor corner corners
corporate correct corrected correctly correspondence corridor corridors cos cost costing costly costs cosy cot cotton
couch could couldn couldnt counted counter countries country county couple couples course court courteous courtesy
courtyard cover covered covering covers coz cozy crack cracked cracking cracks crammed cramped crap crazy creaked
creaking creaky cream create credit crisps crockery croissant croissants cross crowded crude cruise cubicle cuisine cup
cupboard cupboards cups current currently curry curtain curtains custom customer customers cut cute cutlery cutting
cycle daily dam damage damaged damp dangerous dare dark darkness data date dated dates dating daughter daughters day
daylight days daytime de dead deal dealing deals dealt dear debit debited decent decided decision declined deco decor
decorated decorating decoration decorations decorative deducted deep deffo defiantly definately definetly definitely
defo degree degrees delay delayed delicious delight delighted delightful deliver delivered deliveries delivering
delivery delux deluxe demand demanded departments departure deposit depressing describe described description deserve
deserves design designated designed desired desk desperate desperately despite destination destinations destroyed
detail detailed details detour detract device devices did didn didnt die difference different difficult difficulty
digging dilapidated dim dine dined diners dingy dining dinner dinning dire direct directed direction directions
directly dirt dirty disability disabled disadvantage disappeared disappointed disappointing disappointment disaster
discomfort discount discounted discover discovered discuss discussed disgrace disgraceful disgusted disgusting dish
dishes disinterested dislike disliked dismissive disorganised display displayed disrespectful dissapointed
dissapointing dissatisfied distance distances district disturb disturbance disturbed disturbing do dock docking
docklands dodgy does doesn doesnt dog doing don done dont door doorman doormen doors doorstep double doubles doubt down
downgrade downside downstairs downtown drab draft drafty dragon drain drainage draining drains draughty draw drawback
drawer drawers draws dread dreadful dreary dress dressed dresser dressing dried drier drilling drink drinking drinks
dripping drive driver drivers driving drop dropped drove drunk dry dryer drying du duck due dull dump dumping dungeon
duplex duration during dust dusty duty duvet duvets each eager ear earlier early earplugs earth ease easier easily east
easy eat eaten eateries eating ect edge edges effect effective effectively efficiency efficient efficiently effort
efforts eg egg eggs either elbow elderly electric electrical electricity electronic elegance elegant elemis elephant
elevator elevators else elsewhere email emailed emails embarrassing emergency employee employees empty en encountered
encourage end ended ending ends engaged engaging engine engineer enjoy enjoyable enjoyed enjoying enormous enough
ensuite ensure ensured enter enterance entered entering entertainment entire entirely entrance entry environment
equally equipment equipped equivalent era error escape esp especially espresso essential essentials establishment etc
euro euros eve even evening evenings event eventually ever everthing every everybody everyday everyone everything
everytime everywhere evidence exact exactly exam example exceeded exceedingly excellent excellently except exception
exceptional exceptionally excessive exchange excursions excuse exec executive exellent exercise exhausted exhibition
exist existent exit expect expectation expectations expected expecting expensive experiance experience experienced
experiences explain explained explaining explanation explore exploring exposed express exquisite extend extended
extension extensive extent exterior external externally extortionate extra extractor extras extreme extremely eye eyes
fab fabric fabulous facade face faced facelift faces facilitated facilites facilities facility facilties facing fact
factor faded failed failure fair fairly fake fall falling false familiar families family famous fan fancy fans
fantastic far fare fashion fashioned fast faster fat father faucet fault faultless faults faulty favorite favour
favourite fear feather feature features fee feedback feel feeling feels fees feet fell fellow felt female festival few
fi fifth fight figure fill filled filling filthy final finally financial find finding fine finger finish finished fir
fire fireplaces fireworks firm first fish fit fitness fitted fitting fittings five fix fixed fixing fixtures flaking
flasks flat flats flavour flexibility flexible flies flight flights flimsy flood flooded flooding floor floorboards
floors flow flower flowers fluffy flush flushed flushing fly flying flys fobbed fold folded follow followed following
food foods fooled foot football for force forced foreign forever forget forgot forgotten form formal former forth
forward foul found four fourth foyer frame frames frankly frayed free freeze freezing freindly french frendly frequent
frequently fresh freshen freshly fridge fridges fried friend friendlier friendliness friendly friends fries from front
frosted frozen fruit fruits frustrating ft full fully fun function functional functioning functions funny furnished
furnishing furnishings furniture furnitures further fuss fussy future game gap gaps garage garbage garden gardens gate
gave ge gel gem general generally generator generators generous genius gentleman gentlemen genuine genuinely gesture
get getaway gets getting gift gifts gig girl girlfriend girls give given gives giving glad glamour glass glasses glazed
glazing gloomy glory gluten go god goes going gold golden gone good goodness google gorgeous got gothic gotten gown
gowns grab grade graded grand granddaughter grandeur granted grateful greasy great greater greatest greatly green greet
greeted greeting grey gripe grocery gross grotty ground group groups grout grouting grown grubby grumpy guarantee guard
guess guest guests guide guy guys gym had hadn hair hairdryer hairs halal half hall hallway hallways ham hand handed
handle handled handles handrail hands handy hang hangers hanging happen happened happening happens happier happily
happy hard harder hardly has hash hasn hassle hate hated have haven having hazard he head headboard headed heading
health healthy hear heard hearing heart heat heated heater heaters heating heavily heavy hectic heel height held hell
hello help helped helpful helpfull helpfulness helping helps hence her herbal here heritage hesitate hesitation hey
hidden hide high higher highly hill him himself hip hire his historic historical history hit hitting hold holder
holders holding hole holes holiday home homeless homely honest honestly honeymoon honoured hook hooks hop hope hoped
hopefully hoping horrendous horrible horrid hose hospitable hospital hospitality hostel hostels hot hotel hotels hotter
hour hours house housekeeping houses how however hr hrs huge hugely human humming hundred hungry hurry hurt husband
husbands hustle ice icing iconic idea ideal ideally ideas ie if ignorant ignore ignored ill im image images imagine
imagined immaculate immaculately immediate immediately impact impeccable impersonal impolite important importantly
impossible impractical impressed impression impressive improve improved improvement improvements in inadequate inch
inches incident include included includes including incompetent inconsiderate inconvenience inconvenient incorrect
incorrectly incredible incredibly indeed indicate indicated indication indications indifferent individual industry
inedible ineffective inefficient inexpensive inexperienced infestation inflexible info inform information informative
informed informing ingredients initial initially injury inn inner insects inside insist insisted insisting instance
instant instantly instead instruction instructions insufficient insulated insulation insult interacted interaction
interest interested interesting interior interiors internal international internet interrupted into intrusive invest
investment inviting invoice involved iron ironing is ish isn isnt isolated isolation issue issues it item items its
itself iv jacket jacuzzi jaded jelly jet job joined joke journey judge judging jug juice juices jump junior just
justice justified justify keen keep keeping keeps kept kettle key keycard keys kids kind kinda kindly kindness king
kingsize kit kitchen kitchenette knew knock knocked knocking know knowing knowledgable knowledge knowledgeable known
knows la lack lacked lacking lacks ladies lady laid lamp lamps land landing landmarks lane language laptop large larger
largest last latch late later laugh laughed laughing laundry lavish law lay laying layout lazy lead leaded leading
leaflet leak leaked leaking learn least leather leave leaves leaving led left leg legs leisure leisurely length less
let lets letter letting level levels lick lie lied life lift lifts light lighting lights like liked likely liking
limescale limited line linen linens lines link links list listed listen listening lit literally litter little live
lived lively living ll load loads lobby loby local locate located location locations lock locked loft log lol lone long
longer loo look looked looking looks loose lose loss lost lot lotion lots loud loudly lounge lounges lousy love loved
lovely loves low lower lowest luck luckily lucky luggage luggages luke lukewarm lumpy lunch lush luxurious luxury lying
machine machinery machines mad made magnificent maid maids main mainly maintain maintained maintaining maintenance
major majority make makeover maker makes makeup making male mall malls man manage manageable managed management manager
managers manger manner mannered manners manoeuvre many map maps marathon marble mare marked market marketing marks
marred marvelous mass massage massive massively mat match mate material matress matter matters mattress mattresses
maximum may maybe maze me meal meals mean meaning means meant meat mechanism med medical mediocre medium meet meeting
meetings member members memorable memory men mention mentioned mentioning menu mess message messed met metal meters
metre metres metro mezzanine mice microwave mid midday middle midnight might mile miles milk min mind minded mine mini
minibar minimal minimum minor mins minus minute minutes mirror mirrors miserable misleading misrepresented miss missed
missing mistake misunderstanding mix mixed mixer mobile mobility modern modernisation modernised modernising mold
moment money monies month months mood moody moon more morning mornings most mostly motel mother moths mould mouldy
mouse move moved movement movie movies moving much mugs multiple mum mums museum museums mushrooms music musky must
musty my myself nail name named names narrow nasty national natural nature navigate nd near nearby nearest nearly neat
necessary neck need needed needing needs negatives negotiate neighborhood neighbors neighbour neighbourhood
neighbouring neighbours neither nespresso net network never new newer newly newspaper newspapers next nice nicely nicer
nicest niece night nightmare nights no nobody noice noise noises noisey noisy non none noon nor normal normally nose
not notch note noted notes nothing notice noticed notification notified now nowadays nowhere nt number numbers numerous
object obliging obvious obviously occasion occasionally occasions occupancy occupants occupied occurred och odd of
ofcourse off offer offered offering offers office offices official often oh ok okay old olde older omelet omelette on
once one ones ongoing online only onsite onto open opened opener opening operate opinion opportunity opposite opt opted
option options opulent or orange order ordered ordering orders ordinary organisation organise organised organising
organized original originally ornate other others otherwise ought our ours ourselves out outdated outdoor outlet
outlets outlook outside outstanding over overall overbooked overbooking overcharged overcooked overcrowded overdue
overflowed overground overhaul overhead overlooked overlooking overly overnight overpriced overwhelmed own owned owner
owners oxford pack package packed packet pad pads page paid pain painful painfully paint painted painting paintings
paintwork pair palace pancakes panel panelling panels panini paper par parents park parked parking parks parliament
part partially particular particularly parties partner partners parts party pass passage passed passes passing passport
past pasta paste pastries pastry pathetic patient patio pavement pay payed paying payment payments peace peaceful peak
peeling penny penthouse people peoples per perfect perfection perfectly perhaps period periods perks permanently
permission person personable personal personalised personally personel personnel persons petals phenomenal phone phoned
phones photo photographs photos pick picked pickup picky pics picture pictures picturesque piece pieces pillow pillows
pin pint pipe pipes pity pizza pizzaria pizzas pizzeria place placed placement places plain plan plane planned planning
plans plastic plate plates platform platter play played playing plaza pleasant pleasantly please pleased pleasent
pleasure plentiful plenty plug plugged plugs plumbing plus plush pm poached pocket point pointed pointless points pokey
poking police policies policy polite politely politeness pool poor poorly pop popular porridge portable porter porters
portion posh position positioned positives possibility possible possibly post posted poster pot potato potential
potentially pots pound pounds power powerful practical practically practice pre preauthoriz prefer preference preferred
pregnant premier premises premium prepaid prepare prepared presence present presentation presented press pressed
pressure pretty prevent prevented previous previously price priced prices pricey pricing pricy prime print printed
printer printing prior priority prison privacy private pro probably problem problems procedure proceeded process
produce produced products professional professionalism professionally progress promise promised prompt promptly proof
proofing proper properly properties property prosecco prove proved provide provided provider provides providing
provision proximity pub public pubs puddle pull pulled pullout purchase purchased pure purpose purposes push pushchair
pushed pushing put putting quaint qualified quality quantity quarter que queen queried queries question questioned
questions queue queues queuing quick quickly quid quiet quieter quietly quietness quilt quirky quit quite quoted ra
rack radiator radiators radio rail railway rain rained raining raise raised ramp ran random rang range rank rapidly
rare rat rate rated rates rather rating ratio rats rattled rattling rd re reach reached reaching read readily reading
ready real realise realised reality realized really rear reason reasonable reasonably reasons rebooked receipt receive
received recent recently reception receptionist receptionists recieved recommend recommendation recommendations
recommended recommending record rectified rectify red redecorating redecoration reduce reduced reduction refill refit
reflect reflected reflection reflects refresh refreshed refreshing refreshment refreshments refrigerator refugees
refund refundable refunded refurb refurbish refurbished refurbishing refurbishment refused regard regarding regardless
regards registration regret regular regularly regulate regulated rejected related relation relations relative
relatively relax relaxed relaxing reliable relocated reluctant rely remain remained remaining remarkably remember
remembered remind reminded remote remove removed renewed renovated renovating renovation renovations rent rented
repainting repair repaired repairs repeat repeated repeatedly replace replaced replacement replacing replenish
replenished replied reply report reported request requested requesting requests require required requirements requires
reservation reservations reserve reserved resident residential residents resolve resolved respect respectful respects
respond responded response responses responsibility responsible responsive rest restaurant restaurants restful
restoration restricted resturant resturants result resulted resulting retained retro return returned returning revamp
review reviewed reviewers reviews revisit rich rid ride ridiculous ridiculously right rim ring ringing rip ripped rise
risk river road roads roadworks robe robes rock roll rolls romantic roof rooftop room rooms roomy roses rough round
rounds route routes row rowdy royal rubber rubbery rubbish rude rudely ruin ruined rules rum run running runs rush
rushed rust rusty sachets sad sadly safe safely safety said salad sale salmon same sandwich sandwiches sash sat
satisfaction satisfactory satisfied satisfy saucers sauna sausage sausages save saved saving saw say saying says
scaffolding scalding scale scared scary school score scrambled scratched scratches screaming screen screwed scruffy
scuffed sea sealed search searching season seat seated seating seats second seconds section secure secured security see
seeing seem seemed seems seen selected selection selections self sell selling semi send sending sense sensible
sensitive sent separate separated separately separating seperate serious seriously serve served serves service serviced
services servicing serving set sets settee setting settled setup seven several severe sex shabby shaft shake shall
shambles shambolic shame shampoo shape shard share shared sharing sharp shattered shave shaving she sheer sheet sheets
shelf shift shifted shirt shirts shock shocked shocking shoe shoebox shoes shop shopping shops short shortage shorter
shortly shot should shoulders shouldn shouted shouting show showed shower showered showering showers showing shown
shows shrugged shut shutting shuttle sick side sides sideways sight sights sightseeing sign signage signal signed
significant signs silent silly similar similarly simple simply since single singles sink sinks sister sit site sites
sitting situated situation six size sized sizes skills skin skirting sky skyline slamming sleek sleep sleeper sleeping
sleepless slept slice slices sliding slight slightly slipped slippers slippery sloppy slot slow slowest slowly small
smaller smallest smallish smart smell smelled smelling smells smelly smelt smile smiled smiles smiley smiling smoke
smoked smoker smokers smoking smooth smoothly snack snacks snoring so soak soaked soap social socket sockets sofa
sofabed sofas soft softer soggy sold solid solo solution solve some somebody somehow someone something sometimes
somewhat somewhere son sons soon sooo soooo sorry sort sorted sorting sound sounded soundproof soundproofing sounds
soup south spa space spaces spacious spare sparkling sparse speak speaker speakers speaking special specially specific
specifically spectacular speed speedy spell spend spending spent spiral spite splash splendid split spoil spoiled
spoiling spoilt spoke spoken spoon sports spot spotless spotlessly spots sprayed spread spring springs spruce square
squashed squeaking squeaky squeeze squeezed st stable staff staffed staffs stage stain stained stains stair staircase
staircases stairs stairway stairwell stale stand standard standards standing stands stank star stars start started
starting starts state stated statement states station stations status stay stayed staying stays steak steam steep step
stepped steps stewed stick sticking sticky stiff stifling still stink stocked stolen stone stones stood stop stopped
stopping stops storage store stored stores storey story straight straighteners strange strategic stream street streets
stress stressed stressful stroll strong strongly structure struggle struggled struggling stuck student studio study
stuff stuffy stunk stunning stupid style styling stylish sub subsequent substandard subway such suddenly suffered
sufficient sufficiently sugar suggest suggested suggestion suggestions suggests suit suitable suitcase suitcases suite
suited suites summer sun sunlight sunset sunshine super superb superior supermarket supermarkets supervisor supplement
supplied supplies supply support supportive suppose supposed supposedly suprise surcharge sure surely surface surgery
surly surprise surprised surprising surprisingly surrounded surrounding surroundings suspect swap swapped sweet sweets
swift swim swimming swing switch switched switches switching system systems tab table tables tablet tad tag take taken
takes taking talk talking talks tall tap tape taped taps taste tasted tasteful tastefully tasteless tastes tasting
tasty tatty taxi taxis tea teabags team teapot tear teas technology teeth telephone television tell telling temp
temperamental temperature temperatures temporary ten tend tents tepid term terms terrace terrible terribly terrific
test th than thank thankfully thanks thankyou that thats the theatre theatres their theirs them theme themselves then
there thereafter therefore thermostat these they thick thicker thin thing things think thinking thinks third this tho
thoroughly those though thought thoughtful thr thread threadbare threatened three threw through throughout throw thrown
thus ticket tickets tidy tied tiered tight tile tiles till time times tiniest tinned tiny tip tips tired tiring tissue
tissues to toast toaster today toddler toe together toilet toiletries toiletry toilets told tomatoes tomorrow too took
tooth toothbrush toothpaste top topped topper tops torn total totally touch touched touches touching tough tour tourism
tourist tourists tours towards towel towels tower towers town track traditional traffic train trained trainee training
trains tram trams transaction transfer transferred transit transparent transport transportation transports trap trapped
trash travel traveled traveler travelers traveling travelled traveller travellers travelling travelodge travels tray
trays treat treated treating treatment treats trek trendy trick tricky tried trip triple trips trolley trouble true
truly trust try trying tub tube tubes tucked turn turned turning turns tv twenty twice twin twins twist two type types
typical uber ugly ultra umbrella un unable unacceptable unappealing unavailable unaware unbearable unbearably
unbelievable unbelievably unclean uncomfortable uncomfortably uncomfy under undercooked underfloor undergoing
underground underneath understaffed understand understandable understanding understood underway unexpected unfair
unfortunately unfriendly unhappy unhelpful uninspiring unique unit units unkept unless unlike unlimited unnecessary
unpack unpacked unpleasant unplug unprofessional unreasonable unsafe unsatisfactory unstable unsure untidy until
unusual unwanted unwelcoming unwind up update updated updates updating upfront upgrade upgraded upgrades upgrading
upholstery upkeep upmarket upon upper ups upset upsetting upstairs ur urgent urgently urine us usable use used useful
useless user users uses using usual usually vacation valet valuable valuables value valued van vanity var varied
variety various vary vast ve veg vegetables vegetarian veiw vent ventilation vents venue vert very vey via vibe
vicinity view views vile vintage virtually visa visible visit visited visiting visitors visits volume voucher vouchers
vs wait waited waiter waiters waiting waitress waitresses waits wake waking walk walkable walked walking walks wall
wallpaper walls wanna want wanted wanting wants war wardrobe wardrobes warm warmed warmer warmly warmth warn warned
warning was wash washbasin washed washing wasn wasnt waste wasted watch watching water waters waterside watery wave way
ways we weak wear wearing weather web website wedding week weekend weekends weeks weights weird welcome welcomed
welcoming well went were weren west wet what whatever whatsoever wheelchair when whenever where whether which while
whilst white who whole whom whose why wi wich wide wider wife wifi willing wind winding window windowless windows wine
winter wiped wireless wise wish wished wishing with within without woeful woke woken woman women won wonder wonderful
wonderfully wont wood wooden woodwork word words work worked workers working workmen works world worn worried worry
worse worst worth worthy would wouldn wouldnt wow write writing written wrong wrote xx yard yards year years yellow yes
yesterday yet yo yogurt you young your yourself yrs yummy zero zone
"""
PROPER = frozenset(_PROPER.split())
EVERYDAY = frozenset(_EVERYDAY.split())
